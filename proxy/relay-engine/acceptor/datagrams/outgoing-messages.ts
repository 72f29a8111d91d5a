import { type PinnedMemory, pinnedMemory } from '../../../sys/memory.ts';
import {
  CONTROL_HEADER_BYTES,
  controlSpace,
  MESSAGE,
  MESSAGE_BYTES,
  PART,
  PART_BYTES,
  PKTINFO_ADDRESS,
  PKTINFO_BYTES,
  PKTINFO6_BYTES,
  writeControlHeader,
  writeWord,
} from '../../../sys/message-layout.ts';
import { lengthOf, SOCKET_ADDRESS_BYTES } from '../../../sys/socket-address.ts';
import {
  AF_INET6,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_PKTINFO,
  UDP_SEGMENT,
} from '../../../sys/sys.ts';
import { KEY } from './session-key.ts';
import type { WordIndex } from './word-index.ts';

const SEGMENT_SPACE = controlSpace(2);
const CONTROL_BYTES = SEGMENT_SPACE + controlSpace(PKTINFO6_BYTES);

/**
 * Memory for messages to one peer, as the kernel reads them: to whom, from which address of this machine, how
 * to split the bytes into datagrams, and where the bytes are. It has room for `most` messages and parts.
 */
export class OutgoingMessages {
  #memory: PinnedMemory;
  #view: DataView;
  #partsAt: number;
  #controlsAt: number;
  #nameAt: number;
  #parts = 0;
  #firstPart: Int32Array;
  #nameBytes = 0;
  /** Control bytes of this machine's address, which is in `#own`; 0 for none. */
  #ownBytes = 0;
  #own = new Int32Array(4);

  constructor(most: number) {
    this.#partsAt = most * MESSAGE_BYTES;
    this.#controlsAt = this.#partsAt + most * PART_BYTES;
    this.#nameAt = this.#controlsAt + most * CONTROL_BYTES;
    this.#memory = pinnedMemory(this.#nameAt + SOCKET_ADDRESS_BYTES);
    this.#view = this.#memory.view;
    this.#firstPart = new Int32Array(most);
    for (let message = 0; message < most; message++) {
      const control = this.#controlsAt + message * CONTROL_BYTES;
      writeControlHeader(this.#view, control, IPPROTO_UDP, UDP_SEGMENT, 2);
    }
  }

  /** Begins messages to the peer of a connected socket. */
  toPeer(): void {
    this.#parts = 0;
    this.#nameBytes = 0;
    this.#ownBytes = 0;
  }

  /** Begins messages to a client, from the address that it wrote to; both are in the key of its session. */
  toClient(keys: WordIndex, session: number): void {
    const view = this.#view;
    const at = this.#nameAt;
    const peer = keys.word(session, KEY.Peer);
    const family = peer >>> 16;
    this.#parts = 0;
    this.#nameBytes = lengthOf(family);
    view.setUint16(at, family, true);
    view.setUint16(at + 2, peer & 0xffff, false);
    if (family === AF_INET6) {
      for (let i = 0; i < 4; i++) view.setInt32(at + 8 + 4 * i, keys.word(session, KEY.Client + i), true);
      view.setInt32(at + 24, keys.word(session, KEY.Scope), true);
    } else view.setInt32(at + 4, keys.word(session, KEY.Client + 3), true);
    let known = 0;
    for (let i = 0; i < 4; i++) {
      const word = keys.word(session, KEY.Own + i);
      this.#own[i] = word;
      known |= word;
    }
    const bytes = family === AF_INET6 ? PKTINFO6_BYTES : PKTINFO_BYTES;
    this.#ownBytes = known === 0 ? 0 : controlSpace(bytes);
  }

  address(message: number): number {
    return this.#memory.address + message * MESSAGE_BYTES;
  }

  /** Makes a message one without parts, to be sent as a single datagram. */
  open(message: number): void {
    const view = this.#view;
    const at = message * MESSAGE_BYTES;
    const { address } = this.#memory;
    this.#firstPart[message] = this.#parts;
    writeWord(view, at + MESSAGE.Name, this.#nameBytes === 0 ? 0 : address + this.#nameAt);
    view.setUint32(at + MESSAGE.NameLength, this.#nameBytes, true);
    writeWord(view, at + MESSAGE.Parts, address + this.#partsAt + this.#parts * PART_BYTES);
    writeWord(view, at + MESSAGE.PartCount, 0);
    const own = this.#controlsAt + message * CONTROL_BYTES + SEGMENT_SPACE;
    writeWord(view, at + MESSAGE.Control, this.#ownBytes === 0 ? 0 : address + own);
    writeWord(view, at + MESSAGE.ControlLength, this.#ownBytes);
    if (this.#ownBytes > 0) this.#writeOwn(own);
  }

  /** Adds bytes to the message that was opened last. */
  addPart(message: number, data: number, length: number): void {
    const view = this.#view;
    const part = this.#partsAt + this.#parts++ * PART_BYTES;
    writeWord(view, part + PART.Address, data);
    writeWord(view, part + PART.Length, length);
    const count = message * MESSAGE_BYTES + MESSAGE.PartCount;
    view.setUint32(count, view.getUint32(count, true) + 1, true);
  }

  /** Has the bytes of a message split into datagrams of `bytes`. */
  split(message: number, bytes: number): void {
    const view = this.#view;
    const control = this.#controlsAt + message * CONTROL_BYTES;
    view.setUint16(control + CONTROL_HEADER_BYTES, bytes, true);
    writeWord(view, message * MESSAGE_BYTES + MESSAGE.Control, this.#memory.address + control);
    writeWord(view, message * MESSAGE_BYTES + MESSAGE.ControlLength, SEGMENT_SPACE + this.#ownBytes);
  }

  partCount(message: number): number {
    return this.#view.getUint32(message * MESSAGE_BYTES + MESSAGE.PartCount, true);
  }

  partData(message: number, part: number): number {
    const at = this.#partsAt + ((this.#firstPart[message] as number) + part) * PART_BYTES + PART.Address;
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  partLength(message: number, part: number): number {
    const at = this.#partsAt + ((this.#firstPart[message] as number) + part) * PART_BYTES + PART.Length;
    return this.#view.getUint32(at, true);
  }

  /** Drops the part that was added last. */
  removePart(): void {
    this.#parts--;
  }

  /** No interface is named: the route decides, or the scope of a link-local client. */
  #writeOwn(at: number): void {
    const view = this.#view;
    const data = at + CONTROL_HEADER_BYTES;
    const isIpv6 = this.#ownBytes === controlSpace(PKTINFO6_BYTES);
    if (isIpv6) writeControlHeader(view, at, IPPROTO_IPV6, IPV6_PKTINFO, PKTINFO6_BYTES);
    else writeControlHeader(view, at, IPPROTO_IP, IP_PKTINFO, PKTINFO_BYTES);
    for (let i = 0; i < 5; i++) view.setInt32(data + 4 * i, 0, true);
    if (isIpv6) for (let i = 0; i < 4; i++) view.setInt32(data + 4 * i, this.#own[i] as number, true);
    else view.setInt32(data + PKTINFO_ADDRESS, this.#own[3] as number, true);
  }
}
