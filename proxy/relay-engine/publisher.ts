import { bindingKey } from '../configuration/binding.ts';
import type { Table } from '../table/table.ts';
import type { AcceptorTable } from './acceptor/messages.ts';
import type { SharedMemory } from './acceptor/shared-memory.ts';
import type { AccessPoller } from './access-poller.ts';
import { clearBackend, clearEndpoint, clearListener } from './clean-up.ts';
import type { ForecastInput } from './forecast/forecast.ts';
import { type Freed, freeSlots } from './free-slots.ts';
import { type LeavingPorts, NONE_LEAVING } from './leaving-ports.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import { PickingPlans, type Prepared } from './picking-plans.ts';
import type { ServedKeyPairs } from './served-key-pairs.ts';
import type { ServedTrust } from './served-trust.ts';
import type { SharedIds } from './shared-ids.ts';
import type { SharedLimits } from './shared-limits.ts';
import type { SlotRegistry } from './slot-registry.ts';
import type { TicketKeyRing } from './ticket-key-ring.ts';
import { acceptorTableOf, exceedsFreeSlots, type Leaving, NOTHING_WIRED, type Wiring, wire } from './wire.ts';

const EMPTY: Table = { accessLog: { mode: 'Off', sampleOneIn: 100 }, listeners: [], backends: [] };

export interface PublisherOptions {
  readonly acceptors: number;
  readonly shared: SharedMemory;
  readonly registry: SlotRegistry;
  readonly sockets: ListeningSockets;
  readonly leavingPorts: LeavingPorts;
  readonly accessLog: AccessPoller;
  readonly limits: SharedLimits;
  readonly connectionIds: SharedIds;
  readonly keyPairs: ServedKeyPairs;
  readonly trust: ServedTrust;
  readonly ticketKeys: TicketKeyRing;
  /** The most descriptors that connections and listening sockets may use. */
  readonly descriptors: number;
  /** Makes every acceptor serve its current table (`tableFor`); resolves once they do. */
  readonly serve: (version: number) => Promise<void>;
  /** Called before slots are assigned, if there are not enough for what is new. */
  readonly freeUnused: () => void;
}

/** The result of publishing a table. */
export interface Published {
  readonly wiring: Wiring;
  /** Whether sockets were closed: a listener that could not be opened may succeed now. */
  readonly hasClosed: boolean;
}

/** Turns tables, one after the other, into what acceptors serve: with sockets, slots and picking plans. */
export class Publisher {
  #options: PublisherOptions;
  #table = EMPTY;
  #wiring: Wiring = NOTHING_WIRED;
  #leaving: Leaving = NONE_LEAVING;
  #plans = new PickingPlans();
  #prepared: ReadonlyMap<string, Prepared> = new Map();
  /**
   * Bindings that leave and whose closing is not scheduled yet. If publishing a table fails, the next one
   * takes them over.
   */
  #left = new Set<string>();
  #stopped = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** The newest table that was accepted. */
  get table(): Table {
    return this.#table;
  }

  get wiring(): Wiring {
    return this.#wiring;
  }

  /** The most descriptors that connections may use in addition to the listening sockets. */
  get descriptorLimit(): number {
    const { acceptors, descriptors } = this.#options;
    return Math.max(2, descriptors - this.#wiring.listeners.length * acceptors);
  }

  /** The table that an acceptor should serve now; undefined before the first one. */
  tableFor(acceptor: number): AcceptorTable | undefined {
    if (this.#wiring.version === 0) return undefined;
    const table = acceptorTableOf(this.#wiring, this.#prepared, acceptor, this.descriptorLimit);
    const { limits, connectionIds, ticketKeys } = this.#options;
    const endsTls = this.#wiring.listeners.some(({ keyPairs }) => keyPairs !== undefined);
    return {
      ...table,
      ...(limits.buffers && { limits: limits.buffers }),
      ...(connectionIds.buffers && { connectionIds: connectionIds.buffers }),
      ...(endsTls && { ticketKeys: ticketKeys.keys }),
    };
  }

  /**
   * What a forecast about a listener follows from; undefined if it is not served, or only until it has gone.
   */
  forecastInput(name: string): Pick<ForecastInput, 'table' | 'listener' | 'endpointsOf'> | undefined {
    const at = this.#wiring.listeners.findIndex((one) => one.name === name && one.leaving !== true);
    const table = this.tableFor(0);
    const listener = table?.listeners[at];
    const names = this.#wiring.listeners[at]?.backends;
    if (table === undefined || listener === undefined || names === undefined) return undefined;
    return {
      table: { ...table, backends: table.backends.filter((backend) => names.includes(backend.name)) },
      listener,
      endpointsOf: (backend) =>
        (this.#wiring.backends.find((one) => one.name === backend)?.endpoints ?? []).map(
          ({ address, port }) => ({ address, port }),
        ),
    };
  }

  /** Serves `table` from now on; undefined if stopped in the meantime. */
  async publish(table: Table): Promise<Published | undefined> {
    if (this.#stopped) return undefined;
    const { acceptors, shared, registry, sockets, leavingPorts, accessLog, serve, freeUnused } =
      this.#options;
    for (const key of sockets.leaveAllBut(new Set(table.listeners.map(bindingKey)))) this.#left.add(key);
    // Counters that are kept only for a last scrape must not block new entries.
    if (exceedsFreeSlots(table, registry)) freeUnused();
    const before = { backends: [...this.#table.backends, ...this.#leaving.backends] };
    const leaving = leavingPorts.leavingWith(table, this.#wiring.listeners, before);
    const wiring = wire(
      table,
      leaving,
      before,
      this.#wiring.version + 1,
      registry,
      sockets,
      {
        listener: (slot) => {
          clearListener(shared, acceptors, slot);
          this.#options.limits.clearListener(slot);
          this.#options.connectionIds.forgetListener(slot);
        },
        backend: (slot) => clearBackend(shared, acceptors, slot),
        endpoint: (slot) => clearEndpoint(shared, acceptors, slot),
      },
      {
        keyPairs: (pairs) => this.#options.keyPairs.load(pairs),
        trust: (trust) => this.#options.trust.load(trust),
      },
    );
    const prepared = await this.#plans.prepare(wiring.backends);
    if (this.#stopped) return undefined;
    if (wiring.listeners.some(({ policy }) => policy.limits !== undefined)) this.#options.limits.require();
    if (wiring.listeners.some(({ policy }) => policy.stickiness !== undefined))
      this.#options.connectionIds.require();
    this.#options.limits.applyShares(wiring.listeners);
    this.#table = table;
    this.#leaving = leaving;
    this.#wiring = wiring;
    this.#prepared = prepared;
    if (table.accessLog.mode !== 'Off') accessLog.start();
    await serve(wiring.version);
    // Every acceptor has made its contexts of the table.
    this.#options.keyPairs.keepOnly([
      ...wiring.listeners.flatMap(({ keyPairs = [] }) => keyPairs),
      ...wiring.backends.flatMap(({ credentials }) => credentials?.keyPair ?? []),
    ]);
    this.#options.trust.keepOnly([
      ...wiring.listeners.flatMap(({ trust = [] }) => trust),
      ...wiring.backends.flatMap(({ credentials }) => credentials?.trust ?? []),
    ]);
    const hasClosed = sockets.keepOnly(new Set(wiring.listeners.map(({ key }) => key)));
    if (this.#left.size > 0) leavingPorts.closeLater([...this.#left]);
    this.#left.clear();
    if (table.accessLog.mode === 'Off') accessLog.stop();
    return { wiring, hasClosed };
  }

  /**
   * Frees the slots of what is not served and has been unused for `keepMs`. Call it only when every acceptor
   * has adopted the newest table.
   */
  free(keepMs: number): Freed {
    const { acceptors, shared, registry, accessLog } = this.#options;
    const counting = {
      listeners: [...this.#table.listeners, ...this.#leaving.listeners],
      backends: [...this.#table.backends, ...this.#leaving.backends],
    };
    return freeSlots(shared, acceptors, registry, counting, {
      keepMs,
      nowMs: performance.now(),
      onEndpointFreed: (slot) => this.#options.connectionIds.forgetEndpoint(slot),
      beforeFreeing: () => accessLog.takeAll(),
    });
  }

  /** Accepts no more tables. */
  stop(): void {
    this.#stopped = true;
  }
}
