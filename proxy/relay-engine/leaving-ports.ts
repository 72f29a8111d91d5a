import { setTimeout as sleep } from 'node:timers/promises';
import { bindingKey } from '../configuration/binding.ts';
import type { Table } from '../table/table.ts';
import { awaitHandshakes } from './await-handshakes.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import type { Leaving, WiredListener } from './wire.ts';

const SESSIONS_POLL_MS = 200;
/**
 * How long a removed port with sessions stays open for them. A client that never falls silent must not keep
 * it open for good: the port may be wanted for something else.
 */
const SESSIONS_MS = 30_000;

type Sockets = Pick<ListeningSockets, 'isLeaving' | 'handshakes' | 'hasSessions'>;

export const NONE_LEAVING: Leaving = { listeners: [], backends: [] };

/**
 * Ports that were removed from the table. They accept no new handshakes, but are served, by their previous
 * backends if these were removed as well, until no handshake is in progress. Then they are closed. Nothing
 * else in a table waits for this. A UDP port stays open for its sessions, which have no other socket to
 * answer their clients by, and takes no new ones.
 */
export class LeavingPorts {
  #sockets: Sockets;
  #handshakesMs: number | undefined;
  #sessions: (key: string) => number;
  #close: () => Promise<void>;
  /** Bindings that can be closed: no client is on its way to them. */
  #ready = new Set<string>();
  #closing = new Set<Promise<void>>();
  #stopped = false;
  #holdsSessions = false;

  /**
   * `handshakesMs` limits the time for handshakes. `close` publishes the newest table again, without the
   * bindings that can be closed. `sessions` counts the open sessions of a binding.
   */
  constructor(
    sockets: Sockets,
    handshakesMs: number | undefined,
    close: () => Promise<void>,
    sessions: (key: string) => number = () => 0,
  ) {
    this.#sockets = sockets;
    this.#handshakesMs = handshakesMs;
    this.#close = close;
    this.#sessions = sessions;
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
    const names = new Set(leaving.flatMap((listener) => listener.backends));
    for (const { name } of backends) names.delete(name);
    return { listeners: leaving, backends: before.backends.filter(({ name }) => names.delete(name)) };
  }

  /** Closes these bindings once no client is on its way to them. */
  closeLater(keys: readonly string[]): void {
    const withSessions = keys.filter((key) => this.#sockets.hasSessions(key));
    for (const key of withSessions) void this.#closeAfterSessions(key);
    const others = keys.filter((key) => !withSessions.includes(key));
    if (others.length === 0) return;
    const closing = this.#waitAndClose(others).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** From now on, ports with sessions stay open until these have ended: the process is about to stop. */
  holdSessions(): void {
    this.#holdsSessions = true;
  }

  /** Resolves when every port that is leaving now is closed, but for those that stay open for sessions. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #closeAfterSessions(key: string): Promise<void> {
    const isOver = (): boolean => this.#stopped || !this.#sockets.isLeaving(key);
    const until = performance.now() + SESSIONS_MS;
    do await sleep(SESSIONS_POLL_MS, undefined, { ref: false });
    while (!isOver() && this.#sessions(key) > 0 && (this.#holdsSessions || performance.now() < until));
    if (isOver()) return;
    this.#ready.add(key);
    await this.#close();
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
