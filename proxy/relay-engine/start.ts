import { randomFillSync } from 'node:crypto';
import type { ProxyFinding } from '../../report/finding.ts';
import { bindingKey } from '../configuration/binding.ts';
import type { ShareAmounts } from '../configuration/listener-share.ts';
import type { Engine, FailingEndpoint } from '../engine/engine.ts';
import type { Flow, Forecast } from '../engine/forecast.ts';
import type { EngineOptions } from '../engine/kind.ts';
import type { ConnectionQuery, OpenConnections } from '../engine/open-connections.ts';
import { readFileLimit } from '../sys/file-limit.ts';
import { keyPairs } from '../sys/key-pairs.ts';
import { libc } from '../sys/libc.ts';
import { trustStores } from '../sys/trust-stores.ts';
import type { Table } from '../table/table.ts';
import { allocateShared, MAX_DESCRIPTORS, viewShared } from './acceptor/shared-memory.ts';
import { AcceptorPool } from './acceptor-pool.ts';
import { AccessPoller } from './access-poller.ts';
import { AccessReader } from './access-reader.ts';
import { addressText } from './address-text.ts';
import { ConnectionLister } from './connection-lister.ts';
import { availableDescriptors } from './descriptor-needs.ts';
import { failingEndpoints, forgetFailures } from './failing-endpoints.ts';
import { LeavingPorts } from './leaving-ports.ts';
import { ListeningSockets } from './listening-sockets.ts';
import { readPortRange, sourcePortCount } from './port-range.ts';
import { Publisher } from './publisher.ts';
import { openConnectionsOf, readAcceptors, readStats } from './read-stats.ts';
import { Retry } from './retry.ts';
import { SerialQueue } from './serial-queue.ts';
import { ServedKeyPairs } from './served-key-pairs.ts';
import { ServedTrust } from './served-trust.ts';
import { SharedIds } from './shared-ids.ts';
import { SharedLimits } from './shared-limits.ts';
import { SlotRegistry } from './slot-registry.ts';
import { Sweeper } from './sweeper.ts';
import { TicketKeyRing } from './ticket-key-ring.ts';

const DRAIN_POLL_MS = 50;
/** As often as the operator: a ticket is good for two hours, and its key is known for a day at least. */
const TICKET_KEYS_MS = 12 * 3_600_000;
const WORKER = new URL('./acceptor/worker.ts', import.meta.url);

export interface RelayEngineOptions extends EngineOptions {
  /** The module that each acceptor's thread runs; by default the one with the kernel's system calls. */
  readonly worker?: URL;
  /** The most time that handshakes at a leaving port get; a second by default. */
  readonly handshakesMs?: number;
  /**
   * Calls `run` whenever ticket keys are to be rotated that no replicas share, until the returned function is
   * called; every twelve hours by default.
   */
  readonly whenTicketKeysAge?: (run: () => void) => () => void;
}

const everyTwelveHours = (run: () => void): (() => void) => {
  const timer = setInterval(run, TICKET_KEYS_MS).unref();
  return () => clearInterval(timer);
};

/** Connects the parts: tables, acceptors and timers. */
class RelayEngine implements Engine {
  readonly #acceptors: number;
  readonly #shared;
  readonly #registry = new SlotRegistry();
  readonly #accessLog: AccessPoller;
  readonly #sockets: ListeningSockets;
  readonly #sourcePorts = readPortRange();
  readonly #leavingPorts: LeavingPorts;
  readonly #limits: SharedLimits;
  readonly #connectionIds: SharedIds;
  readonly #pool: AcceptorPool;
  readonly #publisher: Publisher;
  readonly #queue = new SerialQueue();
  readonly #ticketKeys = new TicketKeyRing((bytes) => randomFillSync(bytes));
  readonly #stopRotating: () => void;
  readonly #retry: Retry;
  readonly #sweeper: Sweeper;
  readonly #lister: ConnectionLister;

  constructor(options: RelayEngineOptions) {
    const { acceptors, onEvent } = options;
    const sys = libc();
    const descriptors = options.descriptors ?? availableDescriptors(readFileLimit().soft, acceptors);
    const buffers = allocateShared(acceptors, MAX_DESCRIPTORS);
    const shared = viewShared(buffers);
    this.#acceptors = acceptors;
    this.#shared = shared;
    // Replicas that start together must not all begin with the same endpoint.
    for (let slot = 0; slot < shared.cursors.length; slot++)
      shared.cursors[slot] = Math.floor(Math.random() * 0x7fffffff);
    const reader = new AccessReader(shared, acceptors, this.#registry);
    this.#accessLog = new AccessPoller(reader, options.onEnded ?? (() => undefined));
    this.#sockets = new ListeningSockets(sys, acceptors, descriptors - 2, options.holder, (errno) =>
      onEvent({ type: 'DatagramsNotMerged', errno }),
    );
    const onFailed = (error: Error): void => onEvent({ type: 'UpkeepFailed', error });
    this.#retry = new Retry({
      publish: () => this.#publishAgain(),
      onFindings: (findings) => onEvent({ type: 'Findings', findings }),
      onFailed,
    });
    this.#stopRotating = (options.whenTicketKeysAge ?? everyTwelveHours)(() =>
      this.#passOnTicketKeys(this.#ticketKeys.rotate()),
    );
    this.#limits = new SharedLimits(acceptors, descriptors);
    this.#connectionIds = new SharedIds(descriptors);
    this.#leavingPorts = new LeavingPorts(
      this.#sockets,
      options.handshakesMs,
      () => this.#retry.now(),
      (key) => this.#openAt(key),
    );
    this.#publisher = new Publisher({
      acceptors,
      shared,
      registry: this.#registry,
      sockets: this.#sockets,
      leavingPorts: this.#leavingPorts,
      accessLog: this.#accessLog,
      limits: this.#limits,
      connectionIds: this.#connectionIds,
      keyPairs: new ServedKeyPairs(keyPairs()),
      trust: new ServedTrust(trustStores()),
      ticketKeys: this.#ticketKeys,
      descriptors,
      serve: (version) => this.#pool.serve(version),
      freeUnused: () => this.#sweeper.sweep(0),
    });
    this.#sweeper = new Sweeper({
      free: (keepMs) => this.#publisher.free(keepMs),
      onFreed: ({ endpoints }) => {
        // Endpoints that got no slot are waiting for these.
        if (endpoints > 0 && this.#publisher.wiring.omitsEndpoints) void this.#retry.now();
      },
      queue: this.#queue,
      onFailed,
      keptMs: options.countersKeptMs,
    });
    this.#pool = new AcceptorPool({
      acceptors,
      worker: options.worker ?? WORKER,
      buffers,
      shared,
      sys,
      sourcePorts: this.#sourcePorts,
      clockOriginMs: this.#limits.clockOriginMs,
      tableFor: (acceptor) => this.#publisher.tableFor(acceptor),
      onDeath: () => this.#accessLog.takeAll(),
      limits: this.#limits,
      connectionIds: this.#connectionIds,
      listenerIn: (slot) => this.#registry.listeners.keyOf(slot),
      onEvent,
    });
    this.#lister = new ConnectionLister({
      registry: this.#registry,
      columns: () => this.#pool.columns,
      nowMs: () => this.#limits.nowMs(),
      serverNames: (acceptor, connections) => this.#pool.serverNames(acceptor, connections),
      readsNames: (slot) =>
        this.#publisher.wiring.listeners.some((one) => one.slot === slot && one.policy.tls !== undefined),
    });
  }

  publish(table: Table): Promise<readonly ProxyFinding[]> {
    return this.#publishInOrder(() => table);
  }

  /** Calls `table` once all earlier tables are served, since it may be derived from the last of them. */
  #publishInOrder(table: () => Table): Promise<readonly ProxyFinding[]> {
    return this.#queue.run(async () => {
      this.#retry.cancel();
      const published = await this.#publisher.publish(table());
      if (published === undefined) return [];
      const { wiring, hasClosed } = published;
      this.#sweeper.sweep();
      // If sockets were closed just now, the missing listeners may succeed at once.
      if (wiring.omitsListeners) this.#retry.later(hasClosed ? 0 : undefined);
      return wiring.findings;
    });
  }

  async #publishAgain() {
    let before: readonly ProxyFinding[] = [];
    const after = await this.#publishInOrder(() => {
      before = this.#publisher.wiring.findings;
      return this.#publisher.table;
    });
    return { before, after };
  }

  stats() {
    const { memory } = this.#limits;
    return readStats(this.#shared, this.#acceptors, this.#registry, this.#publisher.table, {
      version: this.#publisher.wiring.version,
      descriptorLimit: this.#publisher.descriptorLimit,
      sourcePorts: { count: sourcePortCount(this.#sourcePorts), reused: this.#sourcePorts.reused },
      queueDrops: (listener) => this.#sockets.queueDrops(bindingKey(listener)),
      limits: memory && { memory, nowMs: this.#limits.nowMs() },
      sharesIn: (slot, limits) => this.#limits.sharesIn(slot, limits),
    });
  }

  openConnections(): number {
    return this.acceptors().reduce((sum, { openConnections }) => sum + openConnections, 0);
  }

  acceptors() {
    return readAcceptors(this.#shared, this.#acceptors);
  }

  async forecast(flow: Flow): Promise<Forecast | undefined> {
    // It brings code of the acceptors with it, which the control thread needs for nothing else.
    const { forecast } = await import('./forecast/forecast.ts');
    const input = this.#publisher.forecastInput(flow.listener);
    if (input === undefined) return undefined;
    const { memory: limits } = this.#limits;
    return forecast(
      { ...input, addressText, shared: this.#shared, limits, nowMs: this.#limits.nowMs() },
      flow,
    );
  }

  connections(query: ConnectionQuery): Promise<OpenConnections | undefined> {
    return this.#lister.list(query);
  }

  failing(atLeast: number): readonly FailingEndpoint[] {
    return failingEndpoints(this.#shared, this.#registry.endpoints, atLeast);
  }

  forgetFailures(backend: string, endpoint: string): void {
    forgetFailures(this.#shared, this.#registry.endpoints, { backend, endpoint });
  }

  setShares(shares: ShareAmounts): void {
    this.#limits.setShares(shares, this.#publisher.wiring.listeners);
  }

  setTicketKeys(keys: Uint8Array | undefined): void {
    this.#passOnTicketKeys(this.#ticketKeys.share(keys));
  }

  /** They reach the acceptors with a table; the first one may still be to come, or nothing has TLS. */
  #passOnTicketKeys(haveChanged: boolean): void {
    const endsTls = this.#publisher.wiring.listeners.some(({ keyPairs }) => keyPairs !== undefined);
    if (haveChanged && endsTls) void this.#retry.now();
  }

  /** Open connections of the listeners with a binding. */
  #openAt(key: string): number {
    const slots = this.#publisher.wiring.listeners.filter((one) => one.key === key).map(({ slot }) => slot);
    return openConnectionsOf(this.#shared, this.#acceptors, slots);
  }

  async stopAccepting(): Promise<void> {
    this.#leavingPorts.holdSessions();
    await this.#publishInOrder(() => ({ ...this.#publisher.table, listeners: [] }));
    await this.#leavingPorts.closed();
  }

  drainWithin(ms: number): void {
    this.#pool.drainWithin(ms);
  }

  async drained(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.openConnections() > 0)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }

  async close(): Promise<void> {
    this.#stopRotating();
    this.#publisher.stop();
    this.#leavingPorts.stop();
    this.#retry.stop();
    this.#sweeper.stop();
    await this.#pool.stop();
    this.#accessLog.stop();
    this.#sockets.keepOnly(new Set());
  }
}

/** Starts the acceptors; they serve nothing until the first table is published. */
export const startEngine = async (options: RelayEngineOptions): Promise<Engine> => new RelayEngine(options);
