import { type PinnedMemory, pinnedMemory } from '../../../sys/memory.ts';
import {
  CONTROL_HEADER_BYTES,
  controlSpace,
  MESSAGE,
  MESSAGE_BYTES,
  PART,
  PART_BYTES,
  writeControlHeader,
  writeWord,
} from '../../../sys/message-layout.ts';
import { EINTR, IPPROTO_UDP, type Sys, UDP_SEGMENT } from '../../../sys/sys.ts';
import { MESSAGES } from './receive-batch.ts';
import { isShortage, MOST_BYTES, MOST_SEGMENTS, refusesSplit, type SendBatch } from './send-batch.ts';

/** What sends to an endpoint: a batch with or without a header in front of each datagram. */
export type EndpointBatch = Pick<
  SendBatch,
  'begin' | 'add' | 'flush' | 'drop' | 'dropNext' | 'mostUnit' | 'sentBytes' | 'droppedDatagrams'
>;

/** The kernel merges at most so many datagrams into one message that is received. */
const MOST_MERGED = 128;
const MOST_DATAGRAMS = MESSAGES * MOST_MERGED;
/** Datagrams that are sent by one call. */
const AT_ONCE = 256;
const HEADER_BYTES = 128;

const SPLIT_BYTES = controlSpace(2);
const CONTROLS_AT = MESSAGES * MESSAGE_BYTES;
const PARTS_AT = CONTROLS_AT + MESSAGES * SPLIT_BYTES;
const HEADER_AT = PARTS_AT + 2 * AT_ONCE * PART_BYTES;

/**
 * Datagrams for an endpoint that wants a PROXY header in front of each. Those of one size are one message of
 * many parts, header and datagram in turns, which the kernel splits behind each datagram.
 */
export class HeadedBatch implements EndpointBatch {
  /** Memory for the header of the next datagrams, all of which have the same one. */
  readonly header: Uint8Array;
  headerLength = 0;
  #memory: PinnedMemory = pinnedMemory(HEADER_AT + HEADER_BYTES);
  #data = new Float64Array(MOST_DATAGRAMS);
  #lengths = new Int32Array(MOST_DATAGRAMS);
  #count = 0;
  #next = 0;
  /** By message of the call at hand: how many datagrams it has. */
  #datagrams = new Int32Array(MESSAGES);
  /** What became of the batch so far; headers do not count. */
  sentBytes = 0;
  droppedDatagrams = 0;
  /** As in SendBatch, with the header. */
  mostUnit = 0;

  constructor() {
    const { view, address, bytes } = this.#memory;
    this.header = bytes.subarray(HEADER_AT);
    for (let i = 0; i < AT_ONCE; i++)
      writeWord(view, PARTS_AT + 2 * i * PART_BYTES + PART.Address, address + HEADER_AT);
    for (let i = 0; i < MESSAGES; i++) {
      const control = CONTROLS_AT + i * SPLIT_BYTES;
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Control, address + control);
      writeControlHeader(view, control, IPPROTO_UDP, UDP_SEGMENT, 2);
    }
  }

  begin(mostUnit: number): void {
    this.#count = 0;
    this.#next = 0;
    this.sentBytes = 0;
    this.droppedDatagrams = 0;
    this.mostUnit = mostUnit;
  }

  /**
   * Adds what one message received: datagrams of `segment` bytes, the last may be shorter; 0 for just one.
   */
  add(data: number, length: number, segment: number): void {
    const unit = segment > 0 && segment < length ? segment : length;
    let from = 0;
    do {
      const bytes = Math.min(unit, length - from);
      if (this.#count < MOST_DATAGRAMS) {
        this.#data[this.#count] = data + from;
        this.#lengths[this.#count++] = bytes;
      } else this.droppedDatagrams++;
      from += unit;
    } while (from < length);
  }

  /**
   * Sends what is left of the batch. Returns 0 once nothing is, or a positive errno that is about the peer:
   * the next call goes on with the datagram that got it.
   */
  flush(sys: Sys, fd: number): number {
    while (this.#next < this.#count) {
      const sent = sys.sendMessages(fd, this.#memory.address, this.#prepare());
      if (sent > 0) for (let message = 0; message < sent; message++) this.#noteSent(message);
      else if (isShortage(-sent)) this.drop();
      else if (refusesSplit(-sent) && (this.#datagrams[0] as number) > 1)
        this.mostUnit = this.headerLength + (this.#lengths[this.#next] as number) - 1;
      else if (sent !== -EINTR) return -sent;
    }
    return 0;
  }

  drop(): void {
    while (this.#next < this.#count) this.dropNext();
  }

  dropNext(): void {
    this.#next++;
    this.droppedDatagrams++;
  }

  #noteSent(message: number): void {
    for (let i = this.#datagrams[message] as number; i > 0; i--)
      this.sentBytes += this.#lengths[this.#next++] as number;
  }

  /** Makes messages of the next datagrams, and returns how many there are. */
  #prepare(): number {
    const end = Math.min(this.#count, this.#next + AT_ONCE);
    let message = 0;
    for (let first = this.#next; first < end && message < MESSAGES; message++) {
      const count = this.#together(first, end);
      this.#write(message, first, count, first - this.#next);
      first += count;
    }
    return message;
  }

  /** How many datagrams from `first` on can be one message: of one size, but the last may be shorter. */
  #together(first: number, end: number): number {
    const unit = this.#lengths[first] as number;
    const bytes = this.headerLength + unit;
    if (bytes > this.mostUnit) return 1;
    const most = Math.min(end, first + MOST_SEGMENTS, first + Math.max(1, Math.floor(MOST_BYTES / bytes)));
    let next = first + 1;
    while (next < most && this.#lengths[next] === unit) next++;
    return (next < most && (this.#lengths[next] as number) < unit ? next + 1 : next) - first;
  }

  /** Writes a message of `count` datagrams from `first` on, whose parts begin with those of number `at`. */
  #write(message: number, first: number, count: number, at: number): void {
    const { view, address } = this.#memory;
    const parts = PARTS_AT + 2 * at * PART_BYTES;
    for (let i = 0; i < count; i++) {
      const header = parts + 2 * i * PART_BYTES;
      writeWord(view, header + PART.Length, this.headerLength);
      writeWord(view, header + PART_BYTES + PART.Address, this.#data[first + i] as number);
      writeWord(view, header + PART_BYTES + PART.Length, this.#lengths[first + i] as number);
    }
    this.#datagrams[message] = count;
    const offset = message * MESSAGE_BYTES;
    writeWord(view, offset + MESSAGE.Parts, address + parts);
    writeWord(view, offset + MESSAGE.PartCount, 2 * count);
    writeWord(view, offset + MESSAGE.ControlLength, count > 1 ? SPLIT_BYTES : 0);
    const unit = this.headerLength + (this.#lengths[first] as number);
    view.setUint16(CONTROLS_AT + message * SPLIT_BYTES + CONTROL_HEADER_BYTES, unit, true);
  }
}
