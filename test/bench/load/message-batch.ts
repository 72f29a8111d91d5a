import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import {
  CONTROL,
  CONTROL_HEADER_BYTES,
  controlSpace,
  MESSAGE,
  MESSAGE_BYTES,
  PART,
  PART_BYTES,
  writeControlHeader,
  writeWord,
} from '../../../proxy/sys/message-layout.ts';
import { SOCKET_ADDRESS_BYTES } from '../../../proxy/sys/socket-address.ts';
import { EINTR, IPPROTO_UDP, type Sys, UDP_GRO, UDP_SEGMENT } from '../../../proxy/sys/sys.ts';

/** What the kernel merges needs 64 KiB. */
const DATA_BYTES = 65_536;
const CONTROL_BYTES = controlSpace(4);

/**
 * Datagrams that one call receives, several of one size and sender in one message (UDP_GRO), and that can be
 * sent back as they came (UDP_SEGMENT): an endpoint has to cost less than what it is measured with.
 */
export class MessageBatch {
  readonly view: DataView;
  #address: number;
  #most: number;
  #controlsAt: number;
  #dataAt: number;

  constructor(most: number) {
    const namesAt = most * MESSAGE_BYTES;
    const partsAt = namesAt + most * SOCKET_ADDRESS_BYTES;
    this.#most = most;
    this.#controlsAt = partsAt + most * PART_BYTES;
    this.#dataAt = this.#controlsAt + most * CONTROL_BYTES;
    const { view, address } = pinnedMemory(this.#dataAt + most * DATA_BYTES);
    this.view = view;
    this.#address = address;
    for (let i = 0; i < most; i++) {
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Name, address + namesAt + i * SOCKET_ADDRESS_BYTES);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Parts, address + partsAt + i * PART_BYTES);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.PartCount, 1);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Control, address + this.#controlsAt + i * CONTROL_BYTES);
      writeWord(view, partsAt + i * PART_BYTES + PART.Address, address + this.dataOf(i));
    }
    this.#partsAt = partsAt;
  }

  #partsAt: number;

  /** Receives what is queued at a socket, as far as there is room; returns how many messages, or an errno. */
  receive(sys: Sys, fd: number): number {
    for (let i = 0; i < this.#most; i++) {
      this.view.setUint32(i * MESSAGE_BYTES + MESSAGE.NameLength, SOCKET_ADDRESS_BYTES, true);
      this.view.setUint32(i * MESSAGE_BYTES + MESSAGE.ControlLength, CONTROL_BYTES, true);
      this.view.setUint32(this.#partsAt + i * PART_BYTES + PART.Length, DATA_BYTES, true);
    }
    return sys.receiveMessages(fd, this.#address, this.#most);
  }

  /** Offset of a message's bytes in `view`. */
  dataOf(message: number): number {
    return this.#dataAt + message * DATA_BYTES;
  }

  lengthOf(message: number): number {
    return this.view.getUint32(message * MESSAGE_BYTES + MESSAGE.Length, true);
  }

  /** Bytes of each datagram of a message but the last, which may be shorter. */
  unitOf(message: number): number {
    const control = this.#controlsAt + message * CONTROL_BYTES;
    const isMerged =
      this.view.getUint32(message * MESSAGE_BYTES + MESSAGE.ControlLength, true) > 0 &&
      this.view.getInt32(control + CONTROL.Type, true) === UDP_GRO;
    return isMerged
      ? this.view.getInt32(control + CONTROL_HEADER_BYTES, true)
      : Math.max(1, this.lengthOf(message));
  }

  /** Sends the first `count` messages back to whom they came from; what the kernel refuses is lost. */
  sendBack(sys: Sys, fd: number, count: number): void {
    for (let i = 0; i < count; i++) this.#prepare(i);
    for (let first = 0; first < count; ) {
      const sent = sys.sendMessages(fd, this.#address + first * MESSAGE_BYTES, count - first);
      if (sent > 0) first += sent;
      else if (sent !== -EINTR) first++;
    }
  }

  #prepare(message: number): void {
    const { view } = this;
    const unit = this.unitOf(message);
    const length = this.lengthOf(message);
    view.setUint32(this.#partsAt + message * PART_BYTES + PART.Length, length, true);
    const control = this.#controlsAt + message * CONTROL_BYTES;
    const isSplit = unit < length;
    view.setUint32(message * MESSAGE_BYTES + MESSAGE.ControlLength, isSplit ? CONTROL_BYTES : 0, true);
    if (!isSplit) return;
    writeControlHeader(view, control, IPPROTO_UDP, UDP_SEGMENT, 2);
    view.setUint16(control + CONTROL_HEADER_BYTES, unit, true);
  }
}
