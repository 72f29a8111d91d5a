import { enlarged } from '../../../sys/enlarged.ts';
import { ConnectionId, wordOf } from './connection-id.ts';
import { ID_WORDS } from './ids-memory.ts';

/** IDs that are kept of one session, the newest ones: a client may have several connections at one port. */
export const IDS_OF_SESSION = 8;
/** Offsets of one ID: its length and its state, when another one was used instead of it, its words. */
const ABOUT = 0;
const LEFT_AT = 1;
const WORDS = 2;
const STRIDE = WORDS + ID_WORDS;

const LENGTH_BITS = 0xff;
/**
 * States of an ID. The endpoint has sent it in a handshake; that is over, so that it is in the index; it is
 * only noted, so that the next datagram with it needs no search; or the session was found by it: it is in
 * the index, and this may be its client or not.
 */
const OFFERED = 0x100;
const CONFIRMED = 0x200;
const NOTED = 0x400;
const FOUND = 0x800;
const ANY = OFFERED | CONFIRMED | NOTED | FOUND;

const NONE = -1;
/** What a session awaits before IDs that were offered, or the one by which it was found, are confirmed. */
const NOTHING = 0;
const CLIENT = 1;
const END_OF_HANDSHAKE = 2;
const ANSWER = 3;

/** The connection IDs of each session of one acceptor, by session number. */
export class SessionIds {
  /** 1 for a session whose IDs are followed. */
  #followed = new Uint8Array(0);
  #ids = new Int32Array(0);
  /** One more than the index of the ID that the client used last; 0 for none. */
  #last = new Uint8Array(0);
  /** How many bytes the IDs of the session's endpoint have; 0 if that is not known. */
  #bytes = new Uint8Array(0);
  /** Whether IDs were offered, and whether the client has sent anything since; or whether it was found. */
  #awaits = new Uint8Array(0);
  #uses = 0;
  /** The ID that was confirmed, replaced or asked for last. */
  readonly id = new ConnectionId();

  follows(session: number): boolean {
    return this.#followed[session] === 1;
  }

  begin(session: number): void {
    if (session >= this.#followed.length) this.#grow(session);
    this.#followed[session] = 1;
    this.#ids.fill(0, this.#at(session, 0), this.#at(session + 1, 0));
    this.#last[session] = 0;
    this.#bytes[session] = 0;
    this.#awaits[session] = NOTHING;
  }

  end(session: number): void {
    if (this.follows(session)) this.#followed[session] = 0;
  }

  /** How many bytes the IDs of the session's endpoint have; 0 if none is confirmed. */
  bytesOf(session: number): number {
    return this.#bytes[session] as number;
  }

  /** Whether a short header's ID, of which `available` bytes are at `at`, is the one that came last. */
  isLast(session: number, view: DataView, at: number, available: number): boolean {
    const last = this.#last[session] as number;
    return last > 0 && this.#begins(this.#at(session, last - 1), view, at, available);
  }

  /** Puts the ID that the client used last into `id`, if it is confirmed. */
  readLast(session: number): boolean {
    const last = this.follows(session) ? (this.#last[session] as number) : 0;
    if (last === 0 || !this.#is(this.#at(session, last - 1), CONFIRMED)) return false;
    this.#read(this.#at(session, last - 1));
    return true;
  }

  /**
   * Notes an ID that the endpoint has sent; returns whether it takes the place of a confirmed one, which is
   * in `id` then.
   */
  offer(session: number, id: ConnectionId): boolean {
    if (this.#has(session, id)) return false;
    const index = this.#oldest(session, ANY);
    const isReplaced = this.#is(this.#at(session, index), CONFIRMED);
    this.#put(session, index, id, OFFERED);
    this.#awaits[session] = CLIENT;
    return isReplaced;
  }

  /**
   * The endpoint has sent what comes after a handshake. Puts an ID that was offered, and is confirmed by
   * this, into `id`; false if there is no more, or if its client has been silent: its source may be forged.
   */
  confirm(session: number): boolean {
    if (this.#awaits[session] === ANSWER) this.#endFound(session, CONFIRMED);
    if (this.#awaits[session] !== END_OF_HANDSHAKE) return false;
    const index = this.#oldest(session, OFFERED);
    if (index === NONE) {
      this.#awaits[session] = NOTHING;
      return false;
    }
    const offset = this.#at(session, index);
    this.#read(offset);
    this.#ids[offset + ABOUT] = this.id.length | CONFIRMED;
    this.#bytes[session] = this.id.length;
    return true;
  }

  /**
   * The session has begun with an ID that is in the index. Whoever has seen an ID can send it from anywhere:
   * it is the client's own only if the endpoint answers before the client has used anything else.
   */
  beginFound(session: number, id: ConnectionId): void {
    this.#use(session, this.#put(session, this.#oldest(session, ANY), id, FOUND));
    this.#awaits[session] = ANSWER;
  }

  /** The client uses something else than its last ID: an answer may be to that. */
  doubt(session: number): void {
    if (this.#awaits[session] === ANSWER) this.#endFound(session, NOTED);
  }

  #endFound(session: number, state: number): void {
    this.#awaits[session] = NOTHING;
    const index = this.#oldest(session, FOUND);
    if (index === NONE) return;
    const offset = this.#at(session, index);
    const length = this.#length(offset);
    this.#ids[offset + ABOUT] = length | state;
    if (state === CONFIRMED) this.#bytes[session] = length;
  }

  /** Notes an ID that the client uses, and that is not in the index, or not as this session's. */
  note(session: number, id: ConnectionId): void {
    const noted = this.#oldest(session, NOTED);
    const index = noted === NONE ? this.#oldest(session, ANY) : noted;
    this.#use(session, this.#put(session, index, id, NOTED));
  }

  /**
   * The client uses an ID instead of a confirmed one, of which there are then as many as before. Which one is
   * not told: it is the one that was used longest ago, and is in `id` then. False if there is none.
   */
  replace(session: number, id: ConnectionId): boolean {
    const index = this.#oldest(session, CONFIRMED);
    if (index === NONE) return false;
    this.#use(session, this.#put(session, index, id, CONFIRMED));
    return true;
  }

  /**
   * The client uses an ID: one of `length` bytes, or one that a short header begins with, if that is 0. False
   * if the session does not know it.
   */
  use(session: number, view: DataView, at: number, available: number, length: number): boolean {
    if (this.#awaits[session] === CLIENT) this.#awaits[session] = END_OF_HANDSHAKE;
    for (let index = 0; index < IDS_OF_SESSION; index++) {
      const offset = this.#at(session, index);
      if (!this.#is(offset, ANY) || (length > 0 && this.#length(offset) !== length)) continue;
      if (!this.#begins(offset, view, at, available)) continue;
      this.#use(session, index);
      return true;
    }
    return false;
  }

  /**
   * Forgets the IDs by which a session is found, one by one: puts one into `id`; false if there is no more.
   * Its endpoint has refused it: then it knows none of them, whoever the client is.
   */
  takeEntered(session: number): boolean {
    const index = this.#oldest(session, CONFIRMED | FOUND);
    if (index === NONE) return false;
    this.#read(this.#at(session, index));
    this.#ids[this.#at(session, index) + ABOUT] = 0;
    return true;
  }

  #at(session: number, index: number): number {
    return (session * IDS_OF_SESSION + index) * STRIDE;
  }

  #is(offset: number, states: number): boolean {
    return ((this.#ids[offset + ABOUT] as number) & states) !== 0;
  }

  #length(offset: number): number {
    return (this.#ids[offset + ABOUT] as number) & LENGTH_BITS;
  }

  #read(offset: number): void {
    this.id.readFrom(this.#ids, offset + WORDS, this.#length(offset));
  }

  /** Whether the bytes at `at` begin with the ID at `offset`. */
  #begins(offset: number, view: DataView, at: number, available: number): boolean {
    const length = this.#length(offset);
    if (length > available) return false;
    for (let word = 0; 4 * word < length; word++)
      if (this.#ids[offset + WORDS + word] !== wordOf(view, at, length, word)) return false;
    return true;
  }

  #has(session: number, id: ConnectionId): boolean {
    for (let index = 0; index < IDS_OF_SESSION; index++) {
      const offset = this.#at(session, index);
      if (this.#length(offset) === id.length && id.isAt(this.#ids, offset + WORDS)) return true;
    }
    return false;
  }

  /** The client uses the ID with this index from now on. */
  #use(session: number, index: number): void {
    const last = this.#last[session] as number;
    if (last > 0) this.#ids[this.#at(session, last - 1) + LEFT_AT] = ++this.#uses | 0;
    this.#last[session] = index + 1;
  }

  /** The ID in one of `states` that was used longest ago; a free one for any of them; NONE for none. */
  #oldest(session: number, states: number): number {
    let oldest = NONE;
    let longest = -1;
    for (let index = 0; index < IDS_OF_SESSION; index++) {
      const offset = this.#at(session, index);
      if (states === ANY && !this.#is(offset, ANY)) return index;
      if (!this.#is(offset, states)) continue;
      const isLast = this.#last[session] === index + 1;
      const unused = isLast ? 0 : (this.#uses - (this.#ids[offset + LEFT_AT] as number)) >>> 0;
      if (unused <= longest) continue;
      oldest = index;
      longest = unused;
    }
    return oldest;
  }

  /** Puts an ID in the place of another one, which is in `id` then. */
  #put(session: number, index: number, id: ConnectionId, state: number): number {
    const offset = this.#at(session, index);
    this.#read(offset);
    this.#ids[offset + ABOUT] = id.length | state;
    this.#ids[offset + LEFT_AT] = ++this.#uses | 0;
    id.writeTo(this.#ids, offset + WORDS);
    if (this.#last[session] === index + 1) this.#last[session] = 0;
    return index;
  }

  #grow(session: number): void {
    const count = Math.max(256, session + 1, this.#followed.length * 2);
    this.#followed = enlarged(this.#followed, count);
    this.#ids = enlarged(this.#ids, count * IDS_OF_SESSION * STRIDE);
    this.#last = enlarged(this.#last, count);
    this.#bytes = enlarged(this.#bytes, count);
    this.#awaits = enlarged(this.#awaits, count);
  }
}
