import { type PinnedMemory, pinnedMemory } from '../../../sys/memory.ts';
import {
  CONTROL,
  CONTROL_HEADER_BYTES,
  controlSpace,
  MESSAGE,
  MESSAGE_BYTES,
  PART,
  PART_BYTES,
  PKTINFO_ADDRESS,
  writeWord,
} from '../../../sys/message-layout.ts';
import { SOCKET_ADDRESS_BYTES } from '../../../sys/socket-address.ts';
import {
  AF_INET6,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_PKTINFO,
  type Sys,
  UDP_GRO,
} from '../../../sys/sys.ts';
import { KEY } from './session-key.ts';

/** Messages that are received at once. Each may hold many datagrams of one size (UDP_GRO). */
export const MESSAGES = 32;
/** What the kernel merges needs 64 KiB; no datagram is longer. The system provides pages when first used. */
const DATA_BYTES = 65_536;
const NAME_BYTES = 32;
/** Enough for both entries that are asked for: where it arrived (40 bytes), and its datagrams' size (24). */
const CONTROL_BYTES = 64;

const NAMES_AT = MESSAGES * MESSAGE_BYTES;
const CONTROLS_AT = NAMES_AT + MESSAGES * NAME_BYTES;
const PARTS_AT = CONTROLS_AT + MESSAGES * CONTROL_BYTES;
const DATA_AT = PARTS_AT + MESSAGES * PART_BYTES;

/** Memory that datagrams are received into, some at once, with what the kernel says about each. */
export class ReceiveBatch {
  #memory: PinnedMemory = pinnedMemory(DATA_AT + MESSAGES * DATA_BYTES);
  #view = this.#memory.view;
  #used = MESSAGES;

  constructor() {
    const view = this.#view;
    const { address } = this.#memory;
    for (let i = 0; i < MESSAGES; i++) {
      const part = PARTS_AT + i * PART_BYTES;
      writeWord(view, part + PART.Address, address + DATA_AT + i * DATA_BYTES);
      writeWord(view, part + PART.Length, DATA_BYTES);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Name, address + NAMES_AT + i * NAME_BYTES);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Parts, address + part);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.PartCount, 1);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Control, address + CONTROLS_AT + i * CONTROL_BYTES);
    }
  }

  /** Receives what fits from a socket; returns the number of messages, or a negative errno. */
  receive(sys: Sys, fd: number): number {
    const view = this.#view;
    for (let i = 0; i < this.#used; i++) {
      view.setUint32(i * MESSAGE_BYTES + MESSAGE.NameLength, SOCKET_ADDRESS_BYTES, true);
      view.setUint32(i * MESSAGE_BYTES + MESSAGE.ControlLength, CONTROL_BYTES, true);
    }
    const count = sys.receiveMessages(fd, this.#memory.address, MESSAGES);
    this.#used = Math.max(0, count);
    return count;
  }

  /** The memory itself, in which a message begins at `offsetOf`. */
  get memory(): PinnedMemory {
    return this.#memory;
  }

  offsetOf(message: number): number {
    return DATA_AT + message * DATA_BYTES;
  }

  /** Address of a message's bytes. */
  dataOf(message: number): number {
    return this.#memory.address + this.offsetOf(message);
  }

  lengthOf(message: number): number {
    return this.#view.getUint32(message * MESSAGE_BYTES + MESSAGE.Length, true);
  }

  /** Bytes of each datagram but the last, which may be shorter; 0 if the message is a single datagram. */
  segmentOf(message: number): number {
    const at = this.#find(message, IPPROTO_UDP, UDP_GRO);
    return at < 0 ? 0 : this.#view.getInt32(at, true);
  }

  /** How many datagrams a message consists of. */
  datagramsOf(message: number): number {
    const segment = this.segmentOf(message);
    return segment === 0 ? 1 : Math.max(1, Math.ceil(this.lengthOf(message) / segment));
  }

  /**
   * Writes who sent a message to which address of this machine to `key`, in the form of session-key.ts; the
   * listener is not known here.
   */
  readKey(message: number, key: Int32Array): void {
    const view = this.#view;
    const name = NAMES_AT + message * NAME_BYTES;
    const family = view.getUint16(name, true);
    key[KEY.Peer] = view.getUint16(name + 2, false) | (family << 16);
    key[KEY.Scope] = family === AF_INET6 ? view.getInt32(name + 24, true) : 0;
    if (family === AF_INET6) this.#readAddress(name + 8, key, KEY.Client);
    else this.#readMapped(name + 4, key, KEY.Client);
    const to6 = this.#find(message, IPPROTO_IPV6, IPV6_PKTINFO);
    const to4 = to6 < 0 ? this.#find(message, IPPROTO_IP, IP_PKTINFO) : -1;
    if (to6 >= 0) this.#readAddress(to6, key, KEY.Own);
    else if (to4 >= 0) this.#readMapped(to4 + PKTINFO_ADDRESS, key, KEY.Own);
    else key.fill(0, KEY.Own, KEY.Own + 4);
  }

  #readAddress(at: number, key: Int32Array, word: number): void {
    for (let i = 0; i < 4; i++) key[word + i] = this.#view.getInt32(at + 4 * i, true);
  }

  #readMapped(at: number, key: Int32Array, word: number): void {
    key[word] = 0;
    key[word + 1] = 0;
    key[word + 2] = 0xffff0000 | 0; // bytes 10 and 11 of ::ffff:a.b.c.d
    key[word + 3] = this.#view.getInt32(at, true);
  }

  /** Offset of the data of a message's control entry, -1 if it has none of this kind. */
  #find(message: number, level: number, type: number): number {
    const view = this.#view;
    let at = CONTROLS_AT + message * CONTROL_BYTES;
    const end = at + view.getUint32(message * MESSAGE_BYTES + MESSAGE.ControlLength, true);
    while (at + CONTROL_HEADER_BYTES <= end) {
      if (
        view.getInt32(at + CONTROL.Level, true) === level &&
        view.getInt32(at + CONTROL.Type, true) === type
      )
        return at + CONTROL_HEADER_BYTES;
      const length = view.getUint32(at + CONTROL.Length, true);
      at += controlSpace(Math.max(0, length - CONTROL_HEADER_BYTES));
    }
    return -1;
  }
}
