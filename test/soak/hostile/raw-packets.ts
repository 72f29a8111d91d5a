import { type PinnedMemory, pinnedMemory } from '../../../proxy/sys/memory.ts';
import { MESSAGE, MESSAGE_BYTES, PART, PART_BYTES, writeWord } from '../../../proxy/sys/message-layout.ts';
import { writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import { AF_INET, type Sys } from '../../../proxy/sys/sys.ts';

/** Packets that are sent at once. */
export const BATCH = 64;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const UDP_PROTOCOL = 17;
const IP_BYTES = 20;
const UDP_BYTES = 8;
const PAYLOAD_BYTES = 16;
const PACKET_BYTES = IP_BYTES + UDP_BYTES + PAYLOAD_BYTES;
/** Another fragment follows: this one is never complete. */
const MORE_FRAGMENTS = 0x2000;

const NAME_AT = BATCH * (MESSAGE_BYTES + PART_BYTES + PACKET_BYTES);

export interface RawPacket {
  /** Source address, as a number. */
  readonly source: number;
  readonly sourcePort: number;
  readonly isFragment?: boolean;
  /** Tells fragments of different datagrams apart; also stands in the payload, where QUIC has an ID. */
  readonly id?: number;
}

/** Sends UDP packets to one port of 127.0.0.1 whose source addresses are made up. */
export class RawPackets {
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #memory: PinnedMemory = pinnedMemory(NAME_AT + 32);
  #count = 0;

  constructor(sys: Sys, port: number) {
    this.#sys = sys;
    this.#fd = sys.socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (this.#fd < 0) throw new Error(`a raw socket: errno ${-this.#fd}`);
    const { view, address } = this.#memory;
    writeSocketAddress(view, NAME_AT, '127.0.0.1', 0);
    for (let i = 0; i < BATCH; i++) {
      const message = i * MESSAGE_BYTES;
      const part = BATCH * MESSAGE_BYTES + i * PART_BYTES;
      writeWord(view, message + MESSAGE.Name, address + NAME_AT);
      view.setUint32(message + MESSAGE.NameLength, 16, true);
      writeWord(view, message + MESSAGE.Parts, address + part);
      writeWord(view, message + MESSAGE.PartCount, 1);
      const at = this.#packetAt(i);
      writeWord(view, part + PART.Address, address + at);
      writeWord(view, part + PART.Length, PACKET_BYTES);
      view.setUint8(at, 0x45);
      view.setUint8(at + 8, 64);
      view.setUint8(at + 9, UDP_PROTOCOL);
      view.setUint32(at + 16, 0x7f00_0001);
      view.setUint16(at + IP_BYTES + 2, port);
      view.setUint16(at + IP_BYTES + 4, UDP_BYTES + PAYLOAD_BYTES);
    }
  }

  /** Adds a packet; sends all when the batch is full. The kernel fills in lengths and checksums of IP. */
  add({ source, sourcePort, isFragment = false, id = 0 }: RawPacket): void {
    const { view } = this.#memory;
    const at = this.#packetAt(this.#count);
    view.setUint16(at + 4, id & 0xffff);
    view.setUint16(at + 6, isFragment ? MORE_FRAGMENTS : 0);
    view.setUint32(at + 12, source);
    view.setUint16(at + IP_BYTES, sourcePort);
    view.setUint32(at + IP_BYTES + UDP_BYTES + 1, id);
    if (++this.#count === BATCH) this.flush();
  }

  /** A packet that the kernel has no room for is lost, as on a wire. */
  flush(): void {
    if (this.#count > 0) this.#sys.sendMessages(this.#fd, this.#memory.address, this.#count);
    this.#count = 0;
  }

  close(): void {
    this.#sys.close(this.#fd);
  }

  #packetAt(index: number): number {
    return BATCH * (MESSAGE_BYTES + PART_BYTES) + index * PACKET_BYTES;
  }
}
