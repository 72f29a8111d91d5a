import { bindingKey } from '../configuration/binding.ts';
import type { Table } from '../table/table.ts';
import type { AcceptorTable } from './acceptor/messages.ts';
import type { SharedMemory } from './acceptor/shared-memory.ts';
import type { AccessDrain } from './access-drain.ts';
import { clearBackend, clearEndpoint, clearListener } from './clean-up.ts';
import { type Freed, freePlaces } from './free-places.ts';
import { type LeavingPorts, NOTHING_LEAVES } from './leaving-ports.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import { PickingPlans, type Prepared } from './picking-plans.ts';
import { cutFor, isCrowded, type Leaving, NOTHING_WIRED, type Places, type Wiring, wire } from './wire.ts';

const EMPTY: Table = { accessLog: { mode: 'Off', sampleOneIn: 100 }, listeners: [], backends: [] };

export interface PublisherOptions {
  readonly acceptors: number;
  readonly shared: SharedMemory;
  readonly places: Places;
  readonly sockets: ListeningSockets;
  readonly leavingPorts: LeavingPorts;
  readonly accessLog: AccessDrain;
  /** Descriptors that connections and listening sockets may have. */
  readonly descriptors: number;
  /** Has every acceptor serve what `tableFor` says now; resolves once that is so. */
  readonly serve: (version: number) => Promise<void>;
  /** Called when slots would run out for what is new, before it takes its own. */
  readonly makeRoom: () => void;
}

/** What became of a table that was published. */
export interface Published {
  readonly wiring: Wiring;
  /** Whether sockets were closed, which may have been in the way of others. */
  readonly hasClosed: boolean;
}

/**
 * Makes what acceptors serve of a table: its sockets, its slots, its picking plans. One table after the
 * other.
 */
export class Publisher {
  #options: PublisherOptions;
  #table = EMPTY;
  #wiring: Wiring = NOTHING_WIRED;
  #leaving: Leaving = NOTHING_LEAVES;
  #plans = new PickingPlans();
  #prepared: ReadonlyMap<string, Prepared> = new Map();
  /**
   * Bindings that leave and that nobody waits to close yet: a table that could not be taken leaves them to
   * the next.
   */
  #left = new Set<string>();
  #stopped = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** The newest table that was taken. */
  get table(): Table {
    return this.#table;
  }

  get wiring(): Wiring {
    return this.#wiring;
  }

  /** Descriptors that connections may have beside the listening sockets. */
  get descriptorLimit(): number {
    const { acceptors, descriptors } = this.#options;
    return Math.max(2, descriptors - this.#wiring.listeners.length * acceptors);
  }

  /** What an acceptor is to serve now; undefined before the first table. */
  tableFor(acceptor: number): AcceptorTable | undefined {
    if (this.#wiring.version === 0) return undefined;
    return cutFor(this.#wiring, this.#prepared, acceptor, this.descriptorLimit);
  }

  /** Serves `table` from now on; undefined where it is stopped meanwhile. */
  async publish(table: Table): Promise<Published | undefined> {
    if (this.#stopped) return undefined;
    const { acceptors, shared, places, sockets, leavingPorts, accessLog, serve, makeRoom } = this.#options;
    for (const key of sockets.leave(new Set(table.listeners.map(bindingKey)))) this.#left.add(key);
    // What is kept only to be read once more must not stand in the way of what is new.
    if (isCrowded(table, places)) makeRoom();
    const before = { backends: [...this.#table.backends, ...this.#leaving.backends] };
    const leaving = leavingPorts.of(table, this.#wiring.listeners, before);
    const wiring = wire(table, leaving, before, this.#wiring.version + 1, places, sockets, {
      listener: (slot) => clearListener(shared, acceptors, slot),
      backend: (slot) => clearBackend(shared, acceptors, slot),
      endpoint: (slot) => clearEndpoint(shared, acceptors, slot),
    });
    const prepared = await this.#plans.of(wiring.backends);
    if (this.#stopped) return undefined;
    this.#table = table;
    this.#leaving = leaving;
    this.#wiring = wiring;
    this.#prepared = prepared;
    if (table.accessLog.mode !== 'Off') accessLog.start();
    await serve(wiring.version);
    const hasClosed = sockets.keepOnly(new Set(wiring.listeners.map(({ key }) => key)));
    if (this.#left.size > 0) leavingPorts.closeLater([...this.#left]);
    this.#left.clear();
    if (table.accessLog.mode === 'Off') accessLog.stop();
    return { wiring, hasClosed };
  }

  /**
   * Frees the slots of what is not served and was not used for so long. Every acceptor must have adopted the
   * newest table.
   */
  free(keepMs: number): Freed {
    const { acceptors, shared, places, accessLog } = this.#options;
    const counting = {
      listeners: [...this.#table.listeners, ...this.#leaving.listeners],
      backends: [...this.#table.backends, ...this.#leaving.backends],
    };
    return freePlaces(shared, acceptors, places, counting, {
      keepMs,
      nowMs: performance.now(),
      beforeFreeing: () => accessLog.takeAll(),
    });
  }

  /** Takes no table any more. */
  stop(): void {
    this.#stopped = true;
  }
}
