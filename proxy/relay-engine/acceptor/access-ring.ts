import type { AccessLog } from '../../configuration/access-log.ts';
import { CLOSES } from '../../engine/close-reason.ts';
import { RELAYING } from './connections.ts';
import type { Acceptor } from './context.ts';
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
  #put: number;
  #taken: number;
  #dropped: number;
  #ring: number;
  /** 0 to log nothing, otherwise one of how many. */
  #oneIn = 0;
  #errorsOnly = false;
  #random: number;

  /** `seed` starts the sequence of random numbers; any number but 0. */
  constructor(shared: SharedMemory, index: number, seed: number) {
    this.#ints = shared.ints;
    this.#totals = shared.totals;
    this.#records = shared.access;
    this.#bytes = new Uint8Array(shared.access.buffer);
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
   * Adds the record of a connection. Its slots must still be in use, so that the reader finds their names.
   */
  put(acceptor: Acceptor, connection: number, close: number): void {
    const put = Atomics.load(this.#ints, this.#put);
    if (((put - Atomics.load(this.#ints, this.#taken)) | 0) >= ACCESS_RECORDS) {
      this.#totals[this.#dropped] = (this.#totals[this.#dropped] as number) + 1;
      return;
    }
    const { connections } = acceptor;
    const records = this.#records;
    const at = this.#ring + (put & (ACCESS_RECORDS - 1)) * ACCESS_RECORD_DOUBLES;
    const endpoint = connections.endpointSlot[connection] as number;
    const relaying = connections.state[connection] === RELAYING;
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
    Atomics.store(this.#ints, this.#put, (put + 1) | 0);
  }

  /** True for one in `oneIn`, by chance: counting could be in step with a pattern in the traffic. */
  #isChosen(): boolean {
    this.#random = xorshift(this.#random);
    return (this.#random >>> 0) * this.#oneIn < 2 ** 32;
  }
}
