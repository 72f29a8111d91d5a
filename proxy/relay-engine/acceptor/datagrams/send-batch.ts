import { EAGAIN, EINTR, EINVAL, EIO, EMSGSIZE, ENOBUFS, ENOMEM, type Sys } from '../../../sys/sys.ts';
import { OutgoingMessages } from './outgoing-messages.ts';
import { MESSAGES } from './receive-batch.ts';
import type { WordIndex } from './word-index.ts';

/** The kernel splits one message into at most so many datagrams (UDP_MAX_SEGMENTS of older kernels). */
export const MOST_SEGMENTS = 64;
/** The longest datagram over IPv4; what is split may not be longer either. */
export const MOST_BYTES = 65_507;
/** One more message and part than are received at once: for a datagram that has to be sent by itself. */
const LONE = MESSAGES;

/** Errors for which trying again at once would not help, and which say nothing about the peer. */
export const isShortage = (errno: number): boolean =>
  errno === EAGAIN || errno === ENOBUFS || errno === ENOMEM;

/**
 * Errors with which kernels refuse to split: datagrams that do not fit into a packet of the route (EMSGSIZE,
 * EINVAL in older kernels), or a network card that computes no checksums (EIO).
 */
export const refusesSplit = (errno: number): boolean =>
  errno === EMSGSIZE || errno === EINVAL || errno === EIO;

/**
 * Datagrams for one peer, sent together. Those of one size that follow each other are one message, which the
 * kernel or the network card splits (GSO): that is many times faster than a message for each.
 */
export class SendBatch {
  #messages = new OutgoingMessages(MESSAGES + 1);
  #count = 0;
  #next = 0;
  /**
   * By message: bytes of each datagram but the last, all bytes, datagrams, and whether no more may follow.
   */
  #unit = new Int32Array(MESSAGES);
  #length = new Int32Array(MESSAGES);
  #datagrams = new Int32Array(MESSAGES);
  #closed = new Uint8Array(MESSAGES);
  /** What became of the batch so far. */
  sentDatagrams = 0;
  sentBytes = 0;
  droppedDatagrams = 0;
  /**
   * The longest datagrams that are sent several at once: longer ones would have to be fragmented, which the
   * kernel refuses to do with a split. Falls as it refuses; the caller keeps it by peer.
   */
  mostUnit = MOST_BYTES;

  /** Begins a batch for the peer of a connected socket. */
  begin(mostUnit: number): void {
    this.#messages.toPeer();
    this.#reset(mostUnit);
  }

  /** Begins a batch for the client of a session, from the address that it wrote to. */
  beginTo(keys: WordIndex, session: number, mostUnit: number): void {
    this.#messages.toClient(keys, session);
    this.#reset(mostUnit);
  }

  /**
   * Adds what one message received: datagrams of `segment` bytes, the last may be shorter; 0 for just one.
   */
  add(data: number, length: number, segment: number): void {
    const unit = segment > 0 && segment < length ? segment : length;
    const datagrams = length === 0 ? 1 : Math.ceil(length / unit);
    const last = this.#count - 1;
    const message = last >= 0 && this.#mayJoin(last, unit, length, datagrams) ? last : this.#open(unit);
    this.#messages.addPart(message, data, length);
    this.#length[message] = (this.#length[message] as number) + length;
    this.#datagrams[message] = (this.#datagrams[message] as number) + datagrams;
    if (length === 0 || length % (this.#unit[message] as number) !== 0) this.#closed[message] = 1;
    if ((this.#datagrams[message] as number) > 1)
      this.#messages.split(message, this.#unit[message] as number);
  }

  /**
   * Sends what is left of the batch. Returns 0 once nothing is, or a positive errno that is about the peer:
   * the next call goes on with the message that got it.
   */
  flush(sys: Sys, fd: number): number {
    while (this.#next < this.#count) {
      const message = this.#next;
      if (!this.#isTogether(message)) {
        const errno = this.#sendAlone(sys, fd, message);
        if (errno !== 0) return errno;
        continue;
      }
      const sent = sys.sendMessages(fd, this.#messages.address(message), this.#together(message));
      if (sent > 0) for (let i = 0; i < sent; i++) this.#noteSent();
      else if (isShortage(-sent)) this.drop();
      else if (refusesSplit(-sent) && (this.#datagrams[message] as number) > 1)
        this.mostUnit = (this.#unit[message] as number) - 1;
      else if (sent !== -EINTR) return -sent;
    }
    return 0;
  }

  /** Drops all that is left. */
  drop(): void {
    while (this.#next < this.#count) this.dropNext();
  }

  /** Drops the message that `flush` returned an errno for. */
  dropNext(): void {
    this.droppedDatagrams += this.#datagrams[this.#next++] as number;
  }

  #reset(mostUnit: number): void {
    this.#count = 0;
    this.#next = 0;
    this.sentDatagrams = 0;
    this.sentBytes = 0;
    this.droppedDatagrams = 0;
    this.mostUnit = mostUnit;
  }

  #mayJoin(message: number, unit: number, length: number, datagrams: number): boolean {
    const size = this.#unit[message] as number;
    return (
      this.#closed[message] === 0 &&
      size <= this.mostUnit &&
      length > 0 &&
      (unit === size || (datagrams === 1 && length < size)) &&
      (this.#length[message] as number) + length <= MOST_BYTES &&
      (this.#datagrams[message] as number) + datagrams <= MOST_SEGMENTS
    );
  }

  #open(unit: number): number {
    const message = this.#count++;
    this.#unit[message] = unit;
    this.#length[message] = 0;
    this.#datagrams[message] = 0;
    this.#closed[message] = 0;
    this.#messages.open(message);
    return message;
  }

  /** Whether a message can be sent as it is: a single datagram, or datagrams that the kernel may split. */
  #isTogether(message: number): boolean {
    return (this.#datagrams[message] as number) === 1 || (this.#unit[message] as number) <= this.mostUnit;
  }

  /** How many messages from `first` on can go in one call. */
  #together(first: number): number {
    let end = first + 1;
    while (end < this.#count && this.#isTogether(end)) end++;
    return end - first;
  }

  #noteSent(): void {
    this.sentDatagrams += this.#datagrams[this.#next] as number;
    this.sentBytes += this.#length[this.#next] as number;
    this.#next++;
  }

  /** Sends the datagrams of a message one by one; returns 0, or the peer's errno for the first of them. */
  #sendAlone(sys: Sys, fd: number, message: number): number {
    const messages = this.#messages;
    const unit = this.#unit[message] as number;
    for (let part = 0; part < messages.partCount(message); part++) {
      const length = messages.partLength(message, part);
      for (let from = 0; from < length; from += unit) {
        const bytes = Math.min(unit, length - from);
        messages.open(LONE);
        messages.addPart(LONE, messages.partData(message, part) + from, bytes);
        messages.removePart();
        const sent = sys.sendMessages(fd, messages.address(LONE), 1);
        if (sent > 0) {
          this.sentDatagrams++;
          this.sentBytes += bytes;
        } else if (part === 0 && from === 0 && !isShortage(-sent) && sent !== -EINTR) return -sent;
        else this.droppedDatagrams++;
      }
    }
    this.#next++;
    return 0;
  }
}
