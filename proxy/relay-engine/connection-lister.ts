import type { ConnectionQuery, OpenConnections } from '../engine/open-connections.ts';
import type { ConnectionColumns } from './acceptor/connection-columns.ts';
import { describe, type Found, findConnections } from './list-connections.ts';
import { SerialQueue } from './serial-queue.ts';
import type { SlotRegistry } from './slot-registry.ts';

/** So many may wait for their list: each takes the control thread a while. */
const MOST_WAITING = 8;

export interface ListerOptions {
  readonly registry: SlotRegistry;
  /** By acceptor; undefined for one that has not started. */
  readonly columns: () => readonly (ConnectionColumns | undefined)[];
  /** By the clock of the acceptors. */
  readonly nowMs: () => number;
  /** What connections of an acceptor have named in TLS. */
  readonly serverNames: (
    acceptor: number,
    connections: readonly number[],
  ) => Promise<readonly (string | undefined)[]>;
  /** Whether clients of the listener in a slot may name a server. */
  readonly readsNames: (slot: number) => boolean;
}

/** Lists open connections, for one who asks at a time. */
export class ConnectionLister {
  readonly #options: ListerOptions;
  readonly #queue = new SerialQueue();
  #waiting = 0;

  constructor(options: ListerOptions) {
    this.#options = options;
  }

  /** Undefined if too many ask at once. */
  async list(query: ConnectionQuery): Promise<OpenConnections | undefined> {
    if (this.#waiting >= MOST_WAITING) return undefined;
    this.#waiting++;
    try {
      return await this.#queue.run(() => this.#list(query));
    } finally {
      this.#waiting--;
    }
  }

  async #list(query: ConnectionQuery): Promise<OpenConnections> {
    const { registry, nowMs } = this.#options;
    const columns = this.#options.columns();
    const { found, matched } = await findConnections(columns, query, registry, nowMs());
    const names = await this.#namesOf(found, columns);
    const connections = found.flatMap((one) => {
      const open = describe(columns[one.acceptor] as ConnectionColumns, one, registry, nowMs());
      const serverName = names.get(one);
      return open === undefined ? [] : [{ ...open, ...(serverName === undefined ? {} : { serverName }) }];
    });
    return { connections, matched };
  }

  /** Only of connections whose listeners read names, so that the others cost their acceptors nothing. */
  async #namesOf(
    found: readonly Found[],
    columns: readonly (ConnectionColumns | undefined)[],
  ): Promise<ReadonlyMap<Found, string>> {
    const { readsNames, serverNames } = this.#options;
    const names = new Map<Found, string>();
    await Promise.all(
      columns.map(async (own, acceptor) => {
        const asked = found.filter(
          (one) => one.acceptor === acceptor && readsNames(own?.listenerSlot[one.connection] as number),
        );
        const answers = await serverNames(
          acceptor,
          asked.map(({ connection }) => connection),
        );
        for (const [at, name] of answers.entries())
          if (name !== undefined) names.set(asked[at] as Found, name);
      }),
    );
    return names;
  }
}
