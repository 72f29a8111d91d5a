import type { AccessLog } from '../../configuration/access-log.ts';
import { CLOSES } from '../../engine/close-reason.ts';
import { AccessTexts } from './access-texts.ts';
import { RELAYING, SESSION } from './connections.ts';
import type { Acceptor } from './context.ts';
import type { AcceptorListener } from './messages.ts';
import {
  ACCESS_RECORD,
  ACCESS_RECORD_DOUBLES,
  ACCESS_RECORDS,
  accessRingAt,
  INTS,
  intsAt,
  type SharedMemory,
  TOTALS,
  totalsAt,
} from './shared-memory.ts';
import { xorshift } from './xorshift.ts';

/** Refused clients that an acceptor logs within a second. */
const REFUSED_PER_SECOND = 10;

/**
 * One acceptor's end of the access log: a ring of records of ended connections, with one writer and one
 * reader. Nothing is allocated, locked or asked of the kernel. If the ring is full, the record is dropped and
 * counted.
 */
export class AccessRing {
  #ints: Int32Array;
  #totals: Float64Array;
  #records: Float64Array;
  #bytes: Uint8Array;
  #texts: AccessTexts;
  #put: number;
  #taken: number;
  #dropped: number;
  #ring: number;
  /** 0 to log nothing, otherwise one of how many. */
  #oneIn = 0;
  #errorsOnly = false;
  #random: number;
  /** Clients that were refused and logged since a time, in milliseconds. */
  #refused = 0;
  #refusedSince = Number.NEGATIVE_INFINITY;

  /** `seed` starts the sequence of random numbers; any number but 0. */
  constructor(shared: SharedMemory, index: number, seed: number) {
    this.#ints = shared.ints;
    this.#totals = shared.totals;
    this.#records = shared.access;
    this.#bytes = new Uint8Array(shared.access.buffer);
    this.#texts = new AccessTexts(shared, index);
    this.#put = intsAt(index) + INTS.LogPut;
    this.#taken = intsAt(index) + INTS.LogTaken;
    this.#dropped = totalsAt(index) + TOTALS.LogDropped;
    this.#ring = accessRingAt(index);
    this.#random = seed;
  }

  follow({ mode, sampleOneIn }: AccessLog): void {
    this.#oneIn = mode === 'Off' ? 0 : mode === 'Sampled' ? sampleOneIn : 1;
    this.#errorsOnly = mode === 'Errors';
  }

  /** Whether a connection that ended like this is to be logged; `close` is an index in CLOSES. */
  wants(close: number): boolean {
    if (this.#oneIn === 0) return false;
    if (this.#errorsOnly) return CLOSES[close]?.isError ?? true;
    return this.#oneIn === 1 || this.#isChosen();
  }

  /**
   * The same for a client that was refused at once. A flood of them must not drown the rest of the log, so
   * there are no more than REFUSED_PER_SECOND, whatever the mode.
   */
  wantsRefused(close: number, nowMs: number): boolean {
    if (!this.wants(close)) return false;
    if (nowMs - this.#refusedSince >= 1000) {
      this.#refusedSince = nowMs;
      this.#refused = 0;
    }
    return this.#refused++ < REFUSED_PER_SECOND;
  }

  /**
   * Adds the record of a connection. Its slots must still be in use, so that the reader finds their names.
   */
  put(acceptor: Acceptor, connection: number, close: number): void {
    const at = this.#nextRecord();
    if (at < 0) return;
    const { connections } = acceptor;
    const records = this.#records;
    const { tlsDetails } = connections;
    const tls = tlsDetails.size === 0 ? undefined : tlsDetails.get(connection);
    const textBytes = tls === undefined ? 0 : this.#texts.put(tls);
    if (textBytes < 0) {
      this.#drop();
      return;
    }
    const endpoint = connections.endpointSlot[connection] as number;
    const state = connections.state[connection];
    const relaying = state === RELAYING || (state === SESSION && endpoint >= 0);
    records[at + ACCESS_RECORD.EndedAt] = acceptor.wallClock();
    records[at + ACCESS_RECORD.Duration] = acceptor.nowMs - (connections.began[connection] as number);
    records[at + ACCESS_RECORD.Received] = connections.received[connection] as number;
    records[at + ACCESS_RECORD.Sent] = connections.sent[connection] as number;
    records[at + ACCESS_RECORD.Listener] = connections.listenerSlot[connection] as number;
    // A relaying connection may outlive its backend. The slot of its endpoint stays its own, and names both.
    records[at + ACCESS_RECORD.Backend] = relaying ? -1 : (connections.backendSlot[connection] as number);
    records[at + ACCESS_RECORD.Endpoint] =
      endpoint >= 0 ? endpoint : (connections.failedEndpoint[connection] as number);
    records[at + ACCESS_RECORD.Close] = close;
    records[at + ACCESS_RECORD.Retries] = connections.retries[connection] as number;
    records[at + ACCESS_RECORD.ClientPort] = connections.clientPort[connection] as number;
    const to = (at + ACCESS_RECORD.ClientAddress) * 8;
    for (let i = 0; i < 16; i++)
      this.#bytes[to + i] = connections.clientAddress[connection * 16 + i] as number;
    connections.details.writeId(connection, this.#bytes, (at + ACCESS_RECORD.UniqueId) * 8);
    records[at + ACCESS_RECORD.TextEnd] = this.#texts.end;
    records[at + ACCESS_RECORD.TextBytes] = textBytes;
    this.#publish();
  }

  /** Adds the record of a client that was refused at once; `acceptor.arrival` has its address. */
  putRefused(
    { arrival, wallClock }: Acceptor,
    { slot, backendSlot }: Pick<AcceptorListener, 'slot' | 'backendSlot'>,
    close: number,
  ): void {
    const at = this.#nextRecord();
    if (at < 0) return;
    const records = this.#records;
    records[at + ACCESS_RECORD.EndedAt] = wallClock();
    records[at + ACCESS_RECORD.Duration] = 0;
    records[at + ACCESS_RECORD.Received] = 0;
    records[at + ACCESS_RECORD.Sent] = 0;
    records[at + ACCESS_RECORD.Listener] = slot;
    records[at + ACCESS_RECORD.Backend] = backendSlot;
    records[at + ACCESS_RECORD.Endpoint] = -1;
    records[at + ACCESS_RECORD.Close] = close;
    records[at + ACCESS_RECORD.Retries] = 0;
    records[at + ACCESS_RECORD.ClientPort] = arrival.port;
    records.fill(0, at + ACCESS_RECORD.UniqueId, at + ACCESS_RECORD.UniqueId + 2);
    records[at + ACCESS_RECORD.TextBytes] = 0;
    this.#bytes.set(arrival.address, (at + ACCESS_RECORD.ClientAddress) * 8);
    this.#publish();
  }

  /** Offset of the record to write next, which `#publish` then adds; -1 if the ring is full. */
  #nextRecord(): number {
    const put = Atomics.load(this.#ints, this.#put);
    if (((put - Atomics.load(this.#ints, this.#taken)) | 0) < ACCESS_RECORDS)
      return this.#ring + (put & (ACCESS_RECORDS - 1)) * ACCESS_RECORD_DOUBLES;
    this.#drop();
    return -1;
  }

  #drop(): void {
    this.#totals[this.#dropped] = (this.#totals[this.#dropped] as number) + 1;
  }

  #publish(): void {
    Atomics.store(this.#ints, this.#put, (Atomics.load(this.#ints, this.#put) + 1) | 0);
  }

  /** True for one in `oneIn`, by chance: counting could be in step with a pattern in the traffic. */
  #isChosen(): boolean {
    this.#random = xorshift(this.#random);
    return (this.#random >>> 0) * this.#oneIn < 2 ** 32;
  }
}
