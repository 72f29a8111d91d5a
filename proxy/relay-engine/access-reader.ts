import { CLOSES, type Close } from '../engine/close-reason.ts';
import type { EndedConnection } from '../engine/ended-connection.ts';
import { takeText } from './acceptor/access-texts.ts';
import {
  ACCESS_RECORD,
  ACCESS_RECORD_DOUBLES,
  ACCESS_RECORDS,
  accessRingAt,
  INTS,
  intsAt,
  type SharedMemory,
} from './acceptor/shared-memory.ts';
import { addressText } from './address-text.ts';
import { backendOf, endpointOf } from './endpoint-slots.ts';
import type { SlotRegistry } from './slot-registry.ts';

/**
 * Reads the records of ended connections from the acceptors' rings and resolves slots to names. A slot gets
 * a new name only after all earlier records were taken (freeSlots), so no record is given a wrong name.
 */
export class AccessReader {
  #shared: SharedMemory;
  #bytes: Uint8Array;
  #acceptors: number;
  #registry: SlotRegistry;

  constructor(shared: SharedMemory, acceptors: number, registry: SlotRegistry) {
    this.#shared = shared;
    this.#bytes = new Uint8Array(shared.access.buffer);
    this.#acceptors = acceptors;
    this.#registry = registry;
  }

  /** Takes up to `most` records of each acceptor; returns true if any acceptor has more. */
  take(most: number, onRecord: (ended: EndedConnection) => void): boolean {
    const { ints } = this.#shared;
    let more = false;
    for (let acceptor = 0; acceptor < this.#acceptors; acceptor++) {
      const head = intsAt(acceptor);
      const put = Atomics.load(ints, head + INTS.LogPut);
      let taken = Atomics.load(ints, head + INTS.LogTaken);
      for (let i = 0; i < most && taken !== put; i++) {
        onRecord(this.#read(acceptor, taken & (ACCESS_RECORDS - 1)));
        taken = (taken + 1) | 0;
        Atomics.store(ints, head + INTS.LogTaken, taken);
      }
      more ||= taken !== put;
    }
    return more;
  }

  #read(acceptor: number, record: number): EndedConnection {
    const at = accessRingAt(acceptor) + record * ACCESS_RECORD_DOUBLES;
    const of = (field: number): number => this.#shared.access[at + field] as number;
    const address = addressText(this.#bytes, (at + ACCESS_RECORD.ClientAddress) * 8);
    const port = of(ACCESS_RECORD.ClientPort);
    const idAt = (at + ACCESS_RECORD.UniqueId) * 8;
    const id = this.#bytes.subarray(idAt, idAt + 16);
    const textBytes = of(ACCESS_RECORD.TextBytes);
    const endpoint = this.#registry.endpoints.keyOf(of(ACCESS_RECORD.Endpoint));
    const backend =
      endpoint === undefined ? this.#registry.backends.keyOf(of(ACCESS_RECORD.Backend)) : backendOf(endpoint);
    return {
      endedAt: of(ACCESS_RECORD.EndedAt),
      durationMs: of(ACCESS_RECORD.Duration),
      listener: this.#registry.listeners.keyOf(of(ACCESS_RECORD.Listener)) ?? '',
      ...(backend === undefined ? {} : { backend }),
      ...(endpoint === undefined ? {} : { endpoint: endpointOf(endpoint) }),
      client: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
      ...(id.every((byte) => byte === 0) ? {} : { uniqueId: Buffer.from(id).toString('hex') }),
      ...(textBytes === 0
        ? {}
        : { tls: takeText(this.#shared, acceptor, of(ACCESS_RECORD.TextEnd), textBytes) }),
      close: CLOSES[of(ACCESS_RECORD.Close)] as Close,
      retries: of(ACCESS_RECORD.Retries),
      receivedBytes: of(ACCESS_RECORD.Received),
      sentBytes: of(ACCESS_RECORD.Sent),
      acceptor,
    };
  }
}
