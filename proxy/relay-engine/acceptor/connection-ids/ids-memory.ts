import type { HashKey } from '../keyed-hash/half-sip-hash.ts';

/** The shortest IDs that are learned: shorter ones at random would soon be another endpoint's, too. */
export const LEAST_ID_BYTES = 4;
/** Words that hold the longest ID. */
export const ID_WORDS = 5;

/** Integers of one entry of an index; a cache line each. See id-index.ts. */
export const ENTRY = {
  /** 0 if it is free, a version that changes with each writing, or -1 - index of the acceptor that writes. */
  State: 0,
  /** Slot of the listener with its generation, and how many bytes the ID has; see id-index.ts. */
  About: 1,
  /** Five words, followed by zeros. */
  Id: 2,
  Endpoint: 7,
  /** The endpoint's generation when the entry was written. */
  Generation: 8,
  /** Slot of the endpoint's backend. */
  Backend: 9,
  /** When it was used last: a tick of the acceptors' clock. */
  UsedAt: 10,
} as const;
const ENTRY_INTS = 16;
/** Entries among which an ID has its own. */
export const ROW = 8;

/** Integers of one endpoint. */
export const ENDPOINT_WORDS = {
  /** Rises when the slot is freed, so that entries about its last owner mean nothing any more. */
  Generation: 0,
  /** One more than the generation whose address is here; 0 for none. */
  Known: 1,
  /** Its socket address, seven words. */
  Address: 2,
} as const;
const ENDPOINT_INTS = 16;

const FEWEST_IDS = 16_384;
const MOST_IDS = 524_288;
const SERVER_IDS = 16_384;

/** The buffers of all connection IDs; they exist once a table has listeners that follow them. */
export interface IdsBuffers {
  /** Connection IDs, and server IDs, which are parts of them. */
  readonly ids: SharedArrayBuffer;
  readonly servers: SharedArrayBuffer;
  readonly endpoints: SharedArrayBuffer;
  /** By listener slot: a bit for each length that its IDs have. */
  readonly lengths: SharedArrayBuffer;
  /** By listener slot: rises when it has another owner, to whom entries about the last one mean nothing. */
  readonly generations: SharedArrayBuffer;
  /** Of the hash of an ID, so that nobody outside knows which ones meet in a row. */
  readonly hashKey: HashKey;
}

/** Views of the buffers. */
export interface IdsMemory {
  readonly ids: Int32Array;
  readonly servers: Int32Array;
  readonly endpoints: Int32Array;
  /** The same memory as bytes. */
  readonly endpointBytes: Uint8Array<SharedArrayBuffer>;
  readonly lengths: Int32Array;
  readonly generations: Int32Array;
  readonly hashKey: HashKey;
}

/**
 * How many IDs are known at once: four times as many as there may be sessions, within bounds. The system
 * provides memory only for what is used.
 */
export const idsFor = (descriptors: number): number =>
  Math.min(MOST_IDS, Math.max(FEWEST_IDS, 2 ** Math.ceil(Math.log2(4 * descriptors))));

export const allocateIds = (
  listeners: number,
  endpoints: number,
  ids: number,
  hashKey: HashKey,
): IdsBuffers => ({
  ids: new SharedArrayBuffer(ids * ENTRY_INTS * 4),
  servers: new SharedArrayBuffer(SERVER_IDS * ENTRY_INTS * 4),
  endpoints: new SharedArrayBuffer(endpoints * ENDPOINT_INTS * 4),
  lengths: new SharedArrayBuffer(listeners * 4),
  generations: new SharedArrayBuffer(listeners * 4),
  hashKey,
});

export const viewIds = (buffers: IdsBuffers): IdsMemory => ({
  ids: new Int32Array(buffers.ids),
  servers: new Int32Array(buffers.servers),
  endpoints: new Int32Array(buffers.endpoints),
  endpointBytes: new Uint8Array(buffers.endpoints),
  lengths: new Int32Array(buffers.lengths),
  generations: new Int32Array(buffers.generations),
  hashKey: buffers.hashKey,
});

/** Offset of an entry's integers (ENTRY). */
export const entryAt = (entry: number): number => entry * ENTRY_INTS;
/** Offset in `endpoints` of an endpoint's integers (ENDPOINT_WORDS). */
export const endpointAt = (slot: number): number => slot * ENDPOINT_INTS;
/** How many entries an index has. */
export const entriesOf = (index: Int32Array): number => index.length / ENTRY_INTS;

/** The slot of an endpoint is freed: what is known of its owner ends. */
export const forgetEndpoint = ({ endpoints }: Pick<IdsMemory, 'endpoints'>, slot: number): void => {
  Atomics.add(endpoints, endpointAt(slot) + ENDPOINT_WORDS.Generation, 1);
};

/** The slot of a listener has a new owner. */
export const forgetListener = (
  { generations, lengths }: Pick<IdsMemory, 'generations' | 'lengths'>,
  slot: number,
): void => {
  Atomics.add(generations, slot, 1);
  Atomics.store(lengths, slot, 0);
};

/** Frees the entries that a dead acceptor was writing. */
export const freeUnfinished = ({ ids, servers }: IdsMemory, acceptor: number): void => {
  for (const index of [ids, servers])
    for (let entry = 0; entry < entriesOf(index); entry++) {
      const at = entryAt(entry) + ENTRY.State;
      // Unlike an exchange, reading takes no memory for what was never used.
      if (Atomics.load(index, at) === -1 - acceptor) Atomics.store(index, at, 0);
    }
};
