import type { ProxyFinding } from '../../report/finding.ts';
import type { Engine, FailingEndpoint } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/kind.ts';
import { readFileLimit } from '../sys/file-limit.ts';
import { libc } from '../sys/libc.ts';
import type { Table } from '../table/table.ts';
import { allocateShared, MAX_DESCRIPTORS, viewShared } from './acceptor/shared-memory.ts';
import { AcceptorPool } from './acceptor-pool.ts';
import { AccessPoller } from './access-poller.ts';
import { AccessReader } from './access-reader.ts';
import { availableDescriptors } from './descriptor-needs.ts';
import { failingEndpoints, forgetFailures } from './failing-endpoints.ts';
import { LeavingPorts } from './leaving-ports.ts';
import { ListeningSockets } from './listening-sockets.ts';
import { readPortRange, sourcePortCount } from './port-range.ts';
import { Publisher } from './publisher.ts';
import { readAcceptors, readStats } from './read-stats.ts';
import { Retry } from './retry.ts';
import { SerialQueue } from './serial-queue.ts';
import { SlotRegistry } from './slot-registry.ts';
import { Sweeper } from './sweeper.ts';

const DRAIN_POLL_MS = 50;
const WORKER = new URL('./acceptor/worker.ts', import.meta.url);

export interface RelayEngineOptions extends EngineOptions {
  /** The module that each acceptor's thread runs; by default the one with the kernel's system calls. */
  readonly worker?: URL;
  /** The most time that handshakes at a leaving port get; a second by default. */
  readonly handshakesMs?: number;
}

/** Connects the parts: tables, acceptors and timers. */
class RelayEngine implements Engine {
  readonly #acceptors: number;
  readonly #shared;
  readonly #registry = new SlotRegistry();
  readonly #accessLog: AccessPoller;
  readonly #sockets: ListeningSockets;
  readonly #sourcePorts = readPortRange();
  readonly #leavingPorts: LeavingPorts;
  readonly #pool: AcceptorPool;
  readonly #publisher: Publisher;
  readonly #queue = new SerialQueue();
  readonly #retry: Retry;
  readonly #sweeper: Sweeper;

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
    this.#sockets = new ListeningSockets(sys, acceptors, descriptors - 2, options.holder);
    const onFailed = (error: Error): void => onEvent({ type: 'UpkeepFailed', error });
    this.#retry = new Retry({
      publish: () => this.#publishAgain(),
      onFindings: (findings) => onEvent({ type: 'Findings', findings }),
      onFailed,
    });
    this.#leavingPorts = new LeavingPorts(this.#sockets, options.handshakesMs, () => this.#retry.now());
    this.#publisher = new Publisher({
      acceptors,
      shared,
      registry: this.#registry,
      sockets: this.#sockets,
      leavingPorts: this.#leavingPorts,
      accessLog: this.#accessLog,
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
      tableFor: (acceptor) => this.#publisher.tableFor(acceptor),
      onDeath: () => this.#accessLog.takeAll(),
      onEvent,
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
    return readStats(this.#shared, this.#acceptors, this.#registry, this.#publisher.table, {
      version: this.#publisher.wiring.version,
      descriptorLimit: this.#publisher.descriptorLimit,
      sourcePorts: { count: sourcePortCount(this.#sourcePorts), reused: this.#sourcePorts.reused },
    });
  }

  openConnections(): number {
    return this.acceptors().reduce((sum, { openConnections }) => sum + openConnections, 0);
  }

  acceptors() {
    return readAcceptors(this.#shared, this.#acceptors);
  }

  failing(atLeast: number): readonly FailingEndpoint[] {
    return failingEndpoints(this.#shared, this.#registry.endpoints, atLeast);
  }

  forgetFailures(backend: string, endpoint: string): void {
    forgetFailures(this.#shared, this.#registry.endpoints, { backend, endpoint });
  }

  async stopAccepting(): Promise<void> {
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
