import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { OpenPhase } from '../../report/open-phases.ts';
import type { ConnectionQuery, OpenConnection, Order } from '../engine/open-connections.ts';
import type { ConnectionColumns } from './acceptor/connection-columns.ts';
import {
  CLOSED,
  CONNECTING,
  FREE,
  HANDSHAKE,
  OPENING,
  PREFACE,
  REFUSED,
  RELAYING,
  SECURING,
  SESSION,
  type State,
  WAITING,
} from './acceptor/connections.ts';
import { TICK_MS } from './acceptor/timer-wheel.ts';
import { addressText } from './address-text.ts';
import { filterOf } from './connection-filter.ts';
import { backendOf, endpointOf } from './endpoint-slots.ts';
import type { SlotRegistry } from './slot-registry.ts';

/** Connections that are looked at before other work of the control thread gets its turn. */
const PER_SLICE = 8192;

const PHASES: Readonly<Record<Exclude<State, typeof FREE | typeof CLOSED>, OpenPhase>> = {
  [CONNECTING]: 'Connecting',
  [RELAYING]: 'Relaying',
  [WAITING]: 'Waiting',
  [PREFACE]: 'Preface',
  [HANDSHAKE]: 'Handshake',
  [SESSION]: 'Session',
  [OPENING]: 'Securing',
  [SECURING]: 'Securing',
  [REFUSED]: 'Refused',
};

/** A connection that is to be listed: the lower its rank, the earlier. */
export interface Found {
  readonly acceptor: number;
  readonly connection: number;
  readonly rank: number;
  /** When it began, by which it is recognised: its number may be another's any time. */
  readonly began: number;
}

const RANKS: Readonly<Record<Order, (columns: ConnectionColumns, connection: number) => number>> = {
  age: ({ began }, connection) => began[connection] as number,
  bytes: ({ received, sent }, connection) =>
    -((received[connection] as number) + (sent[connection] as number)),
  idle: ({ lastActive }, connection) => lastActive[connection] as number,
};

/** Keeps those with the lowest ranks, so that memory is bounded by how many are wanted. */
class Lowest {
  readonly #most: number;
  #found: Found[] = [];
  #limit = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  accepts(rank: number): boolean {
    return rank < this.#limit;
  }

  add(found: Found): void {
    this.#found.push(found);
    if (this.#found.length >= 2 * this.#most) this.#cut();
  }

  all(): readonly Found[] {
    this.#cut();
    return this.#found;
  }

  #cut(): void {
    this.#found.sort((a, b) => a.rank - b.rank);
    if (this.#found.length < this.#most) return;
    this.#found.length = this.#most;
    this.#limit = this.#found.at(-1)?.rank ?? Number.POSITIVE_INFINITY;
  }
}

const isOpen = ({ state }: ConnectionColumns, connection: number): boolean =>
  state[connection] !== FREE && state[connection] !== CLOSED;

/**
 * Goes through the connections of all acceptors, without involving these: what they write meanwhile may be
 * seen or not.
 */
export const findConnections = async (
  acceptors: readonly (ConnectionColumns | undefined)[],
  query: ConnectionQuery,
  registry: SlotRegistry,
  nowMs: number,
): Promise<{ readonly found: readonly Found[]; readonly matched: number }> => {
  const isWanted = filterOf(query, registry, nowMs);
  const rankOf = RANKS[query.order];
  const lowest = new Lowest(query.most);
  let matched = 0;
  for (const [acceptor, columns] of acceptors.entries()) {
    const capacity = columns?.counts[0] ?? 0;
    if (columns === undefined) continue;
    for (let connection = 0; connection < capacity; connection++) {
      if (connection % PER_SLICE === PER_SLICE - 1) await yieldToEventLoop();
      if (!isOpen(columns, connection) || !isWanted(columns, connection)) continue;
      matched++;
      const rank = rankOf(columns, connection);
      if (lowest.accepts(rank))
        lowest.add({ acceptor, connection, rank, began: columns.began[connection] as number });
    }
  }
  return { found: lowest.all(), matched };
};

/** What is known of a connection that was found; undefined if it has ended meanwhile. */
export const describe = (
  columns: ConnectionColumns,
  { connection, began }: Found,
  registry: SlotRegistry,
  nowMs: number,
): OpenConnection | undefined => {
  const state = columns.state[connection] as State;
  if (state === FREE || state === CLOSED) return undefined;
  const listener = registry.listeners.keyOf(columns.listenerSlot[connection] as number);
  const key = registry.endpoints.keyOf(columns.endpointSlot[connection] as number);
  const backend =
    key === undefined ? registry.backends.keyOf(columns.backendSlot[connection] as number) : backendOf(key);
  const open: OpenConnection = {
    ...(listener === undefined ? {} : { listener }),
    ...(backend === undefined ? {} : { backend }),
    ...(key === undefined ? {} : { endpoint: endpointOf(key) }),
    client: {
      address: addressText(columns.clientAddress, connection * 16),
      port: columns.clientPort[connection] as number,
    },
    phase: PHASES[state],
    ageMs: Math.max(0, nowMs - began),
    idleMs: Math.max(0, nowMs - (columns.lastActive[connection] as number) * TICK_MS),
    receivedBytes: columns.received[connection] as number,
    sentBytes: columns.sent[connection] as number,
  };
  // Read last: if another connection has the number now, this is a mixture of both.
  return columns.began[connection] === began && isOpen(columns, connection) ? open : undefined;
};
