import { setTimeout as sleep } from 'node:timers/promises';
import { bindingKey } from '../configuration/binding.ts';
import type { Table } from '../table/table.ts';
import { handshakesEnd } from './handshakes-end.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import type { Leaving, WiredListener } from './wire.ts';

export const NOTHING_LEAVES: Leaving = { listeners: [], backends: [] };

/**
 * Ports that are in the table no more. They begin no handshake, and are served, by their backends of before where these have gone as well, until no client is on
 * its way to them. Then they are closed. Nothing else of a table waits for that.
 */
export class LeavingPorts {
  #sockets: Pick<ListeningSockets, 'isLeaving' | 'handshakes'>;
  #handshakesMs: number | undefined;
  #close: () => Promise<void>;
  /** Bindings to which no client is on its way any more. */
  #deserted = new Set<string>();
  #closing = new Set<Promise<void>>();
  #stopped = false;

  /** `handshakesMs` is the most that handshakes get. `close` publishes the newest table without what is deserted. */
  constructor(
    sockets: Pick<ListeningSockets, 'isLeaving' | 'handshakes'>,
    handshakesMs: number | undefined,
    close: () => Promise<void>,
  ) {
    this.#sockets = sockets;
    this.#handshakesMs = handshakesMs;
    this.#close = close;
  }

  /** What leaves with this table, or has left before and is not deserted yet; `served` are the listeners until now. */
  of(
    { listeners, backends }: Table,
    served: readonly WiredListener[],
    before: Pick<Table, 'backends'>,
  ): Leaving {
    const staying = new Set(listeners.map(bindingKey));
    for (const key of staying) this.#deserted.delete(key);
    const leaving = served.filter(({ key }) => !staying.has(key) && !this.#deserted.has(key));
    const names = new Set(leaving.map(({ backend }) => backend));
    for (const { name } of backends) names.delete(name);
    return { listeners: leaving, backends: before.backends.filter(({ name }) => names.delete(name)) };
  }

  /** Has these bindings closed once no client is on its way to them. */
  closeLater(keys: readonly string[]): void {
    const closing = this.#waitAndClose(keys).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Resolves when what leaves now is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #waitAndClose(keys: readonly string[]): Promise<void> {
    const stillLeave = (): readonly string[] => keys.filter((key) => this.#sockets.isLeaving(key));
    await handshakesEnd({
      underWay: () => {
        const counts = stillLeave().map((key) => this.#sockets.handshakes(key));
        return counts.find((count) => count < 0) ?? counts.reduce((sum, count) => sum + count, 0);
      },
      isOver: () => this.#stopped || stillLeave().length === 0,
      now: () => performance.now(),
      sleep,
      mostMs: this.#handshakesMs,
    });
    const leaving = stillLeave();
    if (this.#stopped || leaving.length === 0) return;
    for (const key of leaving) this.#deserted.add(key);
    await this.#close();
  }
}
