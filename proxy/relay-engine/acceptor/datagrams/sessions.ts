import { enlarged } from '../../../sys/enlarged.ts';
import type { HashKey } from '../keyed-hash/half-sip-hash.ts';
import { KEY, KEY_WORDS } from './session-key.ts';
import { SessionList } from './session-list.ts';
import { WordIndex } from './word-index.ts';

/** An IPv6 source is a network of 64 bits: whoever has one address usually has all of them. */
const SOURCE_WORDS = 4;
const MAPPED_WORD = 0xffff0000 | 0;
/** The longest datagram; see SendBatch.mostUnit. */
const MOST_UNIT = 65_507;

/** The sessions of one acceptor: found by their keys, and listed by age, all together and by source. */
export class Sessions {
  /** By key (session-key.ts); the numbers are connections. */
  readonly keys: WordIndex;
  /** The longest datagrams that can be sent several at once, to the client and to the endpoint. */
  #mostUnit = new Uint16Array(0);
  /** How many datagrams the kernel had dropped from the queue of its socket when that was last read. */
  #queueDrops = new Int32Array(0);
  #sources: WordIndex;
  #sourceKey = new Int32Array(SOURCE_WORDS);
  /** By session: number of its source. */
  #sourceOf = new Int32Array(0);
  /** By source: oldest and newest session, and how many it has. */
  #sourceEnds = new Int32Array(0);
  #sourceCounts = new Int32Array(0);
  #freeSources: number[] = [];
  #byAge = new SessionList();
  #bySource = new SessionList();
  #ends = Int32Array.of(-1, -1);

  constructor(hashKey: HashKey) {
    this.keys = new WordIndex(KEY_WORDS, hashKey);
    this.#sources = new WordIndex(SOURCE_WORDS, hashKey);
  }

  get count(): number {
    return this.keys.size;
  }

  /** The oldest session, -1 for none; `newer` continues. */
  get oldest(): number {
    return this.#ends[0] as number;
  }

  newer(session: number): number {
    return this.#byAge.newer(session);
  }

  /** How many sessions the source of a key has. */
  countOfSource(key: Int32Array): number {
    const source = this.#sources.find(this.#readSource(key));
    return source < 0 ? 0 : (this.#sourceCounts[source] as number);
  }

  /** The oldest session of the source of a key, -1 for none; `newerOfSource` continues. */
  oldestOfSource(key: Int32Array): number {
    const source = this.#sources.find(this.#readSource(key));
    return source < 0 ? -1 : (this.#sourceEnds[source * 2] as number);
  }

  newerOfSource(session: number): number {
    return this.#bySource.newer(session);
  }

  /** Adds a session. */
  add(session: number, key: Int32Array): void {
    this.keys.add(session, key);
    this.#grow(session);
    const source = this.#takeSource(this.#readSource(key));
    this.#sourceOf[session] = source;
    this.#sourceCounts[source] = (this.#sourceCounts[source] as number) + 1;
    this.#mostUnit[session * 2] = MOST_UNIT;
    this.#mostUnit[session * 2 + 1] = MOST_UNIT;
    this.#queueDrops[session] = 0;
    this.#byAge.append(this.#ends, 0, session);
    this.#bySource.append(this.#sourceEnds, source * 2, session);
  }

  remove(session: number): void {
    const source = this.#sourceOf[session] as number;
    this.#byAge.remove(this.#ends, 0, session);
    this.#bySource.remove(this.#sourceEnds, source * 2, session);
    const left = (this.#sourceCounts[source] as number) - 1;
    this.#sourceCounts[source] = left;
    if (left === 0) {
      this.#sources.remove(source);
      this.#freeSources.push(source);
    }
    this.keys.remove(session);
  }

  /** Puts a session that is in use behind the others, so that the next search begins with another one. */
  passOver(session: number): void {
    const source = (this.#sourceOf[session] as number) * 2;
    this.#byAge.remove(this.#ends, 0, session);
    this.#byAge.append(this.#ends, 0, session);
    this.#bySource.remove(this.#sourceEnds, source, session);
    this.#bySource.append(this.#sourceEnds, source, session);
  }

  mostUnit(sideIndex: number): number {
    return this.#mostUnit[sideIndex] as number;
  }

  setMostUnit(sideIndex: number, bytes: number): void {
    this.#mostUnit[sideIndex] = bytes;
  }

  /** By how many the drops of a session's socket, `all` by now, have risen. The kernel's count wraps. */
  newDrops(session: number, all: number): number {
    const rise = (all - (this.#queueDrops[session] as number)) >>> 0;
    this.#queueDrops[session] = all;
    return rise;
  }

  /** A session gets another socket, which has dropped nothing yet. */
  beginSocket(session: number): void {
    this.#queueDrops[session] = 0;
  }

  #readSource(key: Int32Array): Int32Array {
    const source = this.#sourceKey;
    for (let i = 0; i < SOURCE_WORDS; i++) source[i] = key[KEY.Client + i] as number;
    const isIpv4 = source[0] === 0 && source[1] === 0 && source[2] === MAPPED_WORD;
    if (!isIpv4) source.fill(0, 2);
    return source;
  }

  #takeSource(key: Int32Array): number {
    const known = this.#sources.find(key);
    if (known >= 0) return known;
    const source = this.#freeSources.pop() ?? this.#sources.size;
    if (source >= this.#sourceCounts.length) {
      const count = Math.max(256, this.#sourceCounts.length * 2);
      this.#sourceCounts = enlarged(this.#sourceCounts, count);
      this.#sourceEnds = enlarged(this.#sourceEnds, count * 2);
    }
    this.#sourceEnds.fill(-1, source * 2, source * 2 + 2);
    this.#sourceCounts[source] = 0;
    this.#sources.add(source, key);
    return source;
  }

  #grow(session: number): void {
    if (session < this.#sourceOf.length) return;
    const count = Math.max(256, session + 1, this.#sourceOf.length * 2);
    this.#sourceOf = enlarged(this.#sourceOf, count);
    this.#queueDrops = enlarged(this.#queueDrops, count);
    this.#mostUnit = enlarged(this.#mostUnit, count * 2);
    this.#byAge.grow(count);
    this.#bySource.grow(count);
  }
}
