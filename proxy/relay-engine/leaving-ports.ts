import { setTimeout as sleep } from 'node:timers/promises';
import { bindingKey } from '../configuration/binding.ts';
import type { Table } from '../table/table.ts';
import { awaitHandshakes } from './await-handshakes.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import type { Leaving, WiredListener } from './wire.ts';

export const NONE_LEAVING: Leaving = { listeners: [], backends: [] };

/**
 * Ports that were removed from the table. They accept no new handshakes, but are served, by their previous
 * backends if these were removed as well, until no handshake is in progress. Then they are closed. Nothing
 * else in a table waits for this.
 */
export class LeavingPorts {
  #sockets: Pick<ListeningSockets, 'isLeaving' | 'handshakes'>;
  #handshakesMs: number | undefined;
  #close: () => Promise<void>;
  /** Bindings that can be closed: no client is on its way to them. */
  #ready = new Set<string>();
  #closing = new Set<Promise<void>>();
  #stopped = false;

  /**
   * `handshakesMs` limits the time for handshakes. `close` publishes the newest table again, without the
   * bindings that can be closed.
   */
  constructor(
    sockets: Pick<ListeningSockets, 'isLeaving' | 'handshakes'>,
    handshakesMs: number | undefined,
    close: () => Promise<void>,
  ) {
    this.#sockets = sockets;
    this.#handshakesMs = handshakesMs;
    this.#close = close;
  }

  /**
   * What leaves with this table, or left earlier and cannot be closed yet. `served` are the listeners served
   * until now.
   */
  leavingWith(
    { listeners, backends }: Table,
    served: readonly WiredListener[],
    before: Pick<Table, 'backends'>,
  ): Leaving {
    const staying = new Set(listeners.map(bindingKey));
    for (const key of staying) this.#ready.delete(key);
    const leaving = served.filter(({ key }) => !staying.has(key) && !this.#ready.has(key));
    const names = new Set(leaving.map(({ backend }) => backend));
    for (const { name } of backends) names.delete(name);
    return { listeners: leaving, backends: before.backends.filter(({ name }) => names.delete(name)) };
  }

  /** Closes these bindings once no client is on its way to them. */
  closeLater(keys: readonly string[]): void {
    const closing = this.#waitAndClose(keys).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Resolves when every port that is leaving now is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #waitAndClose(keys: readonly string[]): Promise<void> {
    const stillLeaving = (): readonly string[] => keys.filter((key) => this.#sockets.isLeaving(key));
    await awaitHandshakes({
      inProgress: () => {
        const counts = stillLeaving().map((key) => this.#sockets.handshakes(key));
        return counts.find((count) => count < 0) ?? counts.reduce((sum, count) => sum + count, 0);
      },
      isCancelled: () => this.#stopped || stillLeaving().length === 0,
      now: () => performance.now(),
      sleep,
      maxMs: this.#handshakesMs,
    });
    const leaving = stillLeaving();
    if (this.#stopped || leaving.length === 0) return;
    for (const key of leaving) this.#ready.add(key);
    await this.#close();
  }
}
