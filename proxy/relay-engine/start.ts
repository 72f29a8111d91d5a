import type { ProxyFinding } from '../../report/finding.ts';
import { bindingKey } from '../configuration/binding.ts';
import type { Engine, FailingEndpoint } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/kind.ts';
import { readFileLimit } from '../sys/file-limit.ts';
import { libc } from '../sys/libc.ts';
import type { Table } from '../table/table.ts';
import { acceptErrno } from './accept-errno.ts';
import type { FromAcceptor } from './acceptor/messages.ts';
import { allocateShared, INTS, intsAt, MAX_DESCRIPTORS, viewShared } from './acceptor/shared-memory.ts';
import { AcceptorThread } from './acceptor-thread.ts';
import { AccessDrain } from './access-drain.ts';
import { AccessReader } from './access-reader.ts';
import { cleanUpAfter, clearBackend, clearEndpoint, clearListener, type Remains } from './clean-up.ts';
import { allButOwn } from './descriptor-needs.ts';
import { failingEndpoints, forgetFailures } from './failing-endpoints.ts';
import { freePlaces } from './free-places.ts';
import { LeavingPorts, NOTHING_LEAVES } from './leaving-ports.ts';
import { ListeningSockets } from './listening-sockets.ts';
import { PickingPlans, type Prepared } from './picking-plans.ts';
import { readPortRange, sourcePortCount } from './port-range.ts';
import { readAcceptors, readStats } from './read-stats.ts';
import { StallWatch } from './stall-watch.ts';
import { cutFor, isCrowded, type Leaving, NOTHING_WIRED, Places, type Wiring, wire } from './wire.ts';

/** How often a port that could not be opened is tried again. */
const RETRY_MS = 2000;
/** How long the replacement of an acceptor that died waits, so that one that dies at once does not spin. */
const REPLACE_MS = 200;
const COUNTERS_KEPT_MS = 120_000;
/** How often is looked for what has gone and may be forgotten. */
const SWEEP_MS = 5000;
const FASTEST_SWEEP_MS = 10;
const DRAIN_POLL_MS = 50;
const LOOK_FOR_STALLS_MS = 1000;
/** How long an acceptor may take to close what it has. */
const STOP_MS = 5000;
const WORKER = new URL('./acceptor/worker.ts', import.meta.url);
const EMPTY: Table = { accessLog: { mode: 'Off', sampleOneIn: 100 }, listeners: [], backends: [] };

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

export interface RelayEngineOptions extends EngineOptions {
  /** The module that each acceptor's thread runs; left out for the one with the kernel's system calls. */
  readonly worker?: URL;
  /** How long handshakes at a port that leaves get at most; left out for a second. */
  readonly handshakesMs?: number;
}

class ThreadedEngine implements Engine {
  #options: RelayEngineOptions;
  #sys = libc();
  #buffers;
  #shared;
  #places = new Places();
  #accessLog: AccessDrain;
  #sockets: ListeningSockets;
  /** By acceptor. They stay when an acceptor is replaced, since the others wake it by its number. */
  #eventfds: readonly number[];
  #sourcePorts = readPortRange();
  #threads: AcceptorThread[] = [];
  #table = EMPTY;
  #wiring: Wiring = NOTHING_WIRED;
  #leaving: Leaving = NOTHING_LEAVES;
  #leavingPorts: LeavingPorts;
  /** Bindings that leave and that nobody waits to close yet: a table that could not be taken leaves them to the next. */
  #left = new Set<string>();
  #plans = new PickingPlans();
  #prepared: ReadonlyMap<string, Prepared> = new Map();
  /** Newest version that each acceptor has adopted; Infinity while it is dead, since nobody waits for it then. */
  #adopted: number[];
  /** What was cleaned up after an acceptor that died, until its replacement serves. */
  #replacing = new Map<number, Remains>();
  #waiting: { readonly version: number; readonly resolve: () => void }[] = [];
  #retry: NodeJS.Timeout | undefined;
  #sweeping: NodeJS.Timeout | undefined;
  #replacement: NodeJS.Timeout[] = [];
  #publishing: Promise<unknown> = Promise.resolve();
  #closed = false;
  #stalls: StallWatch;
  #looking: NodeJS.Timeout;
  /** Descriptors that connections and listening sockets may have. */
  #descriptors: number;

  constructor(options: RelayEngineOptions) {
    this.#options = options;
    this.#descriptors = options.descriptors ?? allButOwn(readFileLimit().soft, options.acceptors);
    this.#buffers = allocateShared(options.acceptors, MAX_DESCRIPTORS);
    this.#shared = viewShared(this.#buffers);
    // Replicas that start together shall not all begin with the same endpoint.
    for (let slot = 0; slot < this.#shared.cursors.length; slot++)
      this.#shared.cursors[slot] = Math.floor(Math.random() * 0x7fffffff);
    const reader = new AccessReader(this.#shared, options.acceptors, this.#places);
    this.#accessLog = new AccessDrain(reader, options.onEnded ?? (() => undefined));
    this.#sockets = new ListeningSockets(this.#sys, options.acceptors, this.#descriptors - 2, options.holder);
    this.#leavingPorts = new LeavingPorts(this.#sockets, options.handshakesMs, () => this.#tryAgain());
    this.#adopted = Array<number>(options.acceptors).fill(0);
    this.#eventfds = this.#openEventfds();
    this.#stalls = new StallWatch(this.#shared, options.acceptors);
    for (let index = 0; index < options.acceptors; index++) this.#threads.push(this.#spawn(index));
    this.#looking = setInterval(() => this.#lookForStalls(), LOOK_FOR_STALLS_MS).unref();
  }

  publish(table: Table): Promise<readonly ProxyFinding[]> {
    return this.#publishInTurn(() => table);
  }

  /** `table` is asked when those before it are served: it may follow from the last of them. */
  #publishInTurn(table: () => Table): Promise<readonly ProxyFinding[]> {
    return this.#inTurn(() => this.#publish(table()));
  }

  /** Runs `work` once what was asked for before is done. */
  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#publishing.then(work);
    this.#publishing = done.catch(() => undefined); // the caller has the rejection
    return done;
  }

  stats() {
    return readStats(this.#shared, this.#options.acceptors, this.#places, this.#table, {
      version: this.#wiring.version,
      descriptorLimit: this.#descriptorLimit(),
      sourcePorts: {
        count: sourcePortCount(this.#sourcePorts),
        reused: this.#sourcePorts.reused,
      },
    });
  }

  openConnections(): number {
    return this.acceptors().reduce((sum, { openConnections }) => sum + openConnections, 0);
  }

  acceptors() {
    return readAcceptors(this.#shared, this.#options.acceptors);
  }

  failing(atLeast: number): readonly FailingEndpoint[] {
    return failingEndpoints(this.#shared, this.#places.endpoints, atLeast);
  }

  forgetFailures(backend: string, endpoint: string): void {
    forgetFailures(this.#shared, this.#places.endpoints, { backend, endpoint });
  }

  async stopAccepting(): Promise<void> {
    await this.#publishInTurn(() => ({ ...this.#table, listeners: [] }));
    await this.#leavingPorts.closed();
  }

  drainWithin(ms: number): void {
    for (const thread of this.#threads) thread.post({ type: 'Drain', ms });
  }

  async drained(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.openConnections() > 0)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#leavingPorts.stop();
    clearTimeout(this.#retry);
    clearTimeout(this.#sweeping);
    for (const timer of this.#replacement) clearTimeout(timer);
    clearInterval(this.#looking);
    await Promise.all(this.#threads.map((thread) => thread.stop(STOP_MS)));
    // What one left for another that had looked for the last time, and what one held that was ended by force.
    for (const index of this.#threads.keys())
      cleanUpAfter(this.#shared, this.#sys, this.#options.acceptors, index);
    this.#accessLog.stop();
    for (const eventfd of this.#eventfds) this.#sys.close(eventfd);
    this.#sockets.keepOnly(new Set());
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  async #publish(table: Table): Promise<readonly ProxyFinding[]> {
    if (this.#closed) return [];
    clearTimeout(this.#retry);
    const { acceptors } = this.#options;
    for (const key of this.#sockets.leave(new Set(table.listeners.map(bindingKey)))) this.#left.add(key);
    // What is kept only to be read once more must not stand in the way of what is new.
    if (isCrowded(table, this.#places)) this.#sweep(0);
    const before = { backends: [...this.#table.backends, ...this.#leaving.backends] };
    const leaving = this.#leavingPorts.of(table, this.#wiring.listeners, before);
    const wiring = wire(table, leaving, before, this.#wiring.version + 1, this.#places, this.#sockets, {
      listener: (slot) => clearListener(this.#shared, acceptors, slot),
      backend: (slot) => clearBackend(this.#shared, acceptors, slot),
      endpoint: (slot) => clearEndpoint(this.#shared, acceptors, slot),
    });
    const prepared = await this.#plans.of(wiring.backends);
    if (this.#closed) return [];
    this.#table = table;
    this.#leaving = leaving;
    this.#wiring = wiring;
    this.#prepared = prepared;
    if (table.accessLog.mode !== 'Off') this.#accessLog.start();
    for (const [index, thread] of this.#threads.entries())
      thread.post({ type: 'Table', table: this.#cut(index) });
    await this.#adoption(wiring.version);
    const hasClosed = this.#sockets.keepOnly(new Set(wiring.listeners.map(({ key }) => key)));
    this.#sweep();
    if (this.#left.size > 0) this.#leavingPorts.closeLater([...this.#left]);
    this.#left.clear();
    if (table.accessLog.mode === 'Off') this.#accessLog.stop();
    // What was closed just now may have been in the way.
    if (wiring.incomplete) this.#tryAgainIn(hasClosed ? 0 : RETRY_MS);
    return wiring.findings;
  }

  /** Frees what nobody counts in any more, again and again as long as there is something that is in no table. */
  #sweep(keepMs = this.#options.countersKeptMs ?? COUNTERS_KEPT_MS): void {
    if (this.#closed) return;
    clearTimeout(this.#sweeping);
    const { listeners, backends } = this.#table;
    const counting = {
      listeners: [...listeners, ...this.#leaving.listeners],
      backends: [...backends, ...this.#leaving.backends],
    };
    const freed = freePlaces(this.#shared, this.#options.acceptors, this.#places, counting, {
      keepMs,
      nowMs: performance.now(),
      beforeFreeing: () => this.#accessLog.takeAll(),
    });
    // Others wait for these slots.
    if (freed.endpoints > 0 && this.#wiring.short) void this.#tryAgain();
    if (!freed.isMore) return;
    // In turn: when every acceptor serves the newest table.
    const everyMs = Math.min(SWEEP_MS, Math.max(FASTEST_SWEEP_MS, this.#options.countersKeptMs ?? SWEEP_MS));
    this.#sweeping = setTimeout(() => void this.#sweepInTurn(), everyMs).unref();
  }

  async #sweepInTurn(): Promise<void> {
    try {
      await this.#inTurn(() => this.#sweep());
    } catch (error) {
      this.#options.onEvent({ type: 'UpkeepFailed', error: asError(error) });
      this.#sweeping = setTimeout(() => void this.#sweepInTurn(), SWEEP_MS).unref();
    }
  }

  /** Publishes the same table again, in the hope that its ports can be opened now. Never rejects: nobody waits for it who could act. */
  async #tryAgain(): Promise<void> {
    let before = '';
    try {
      const findings = await this.#publishInTurn(() => {
        before = JSON.stringify(this.#wiring.findings);
        return this.#table;
      });
      if (JSON.stringify(findings) !== before) this.#options.onEvent({ type: 'Findings', findings });
    } catch (error) {
      this.#options.onEvent({ type: 'UpkeepFailed', error: asError(error) });
      this.#tryAgainIn(RETRY_MS);
    }
  }

  #tryAgainIn(ms: number): void {
    clearTimeout(this.#retry);
    if (!this.#closed) this.#retry = setTimeout(() => void this.#tryAgain(), ms);
  }

  #adoption(version: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ version, resolve });
      this.#settle();
    });
  }

  #settle(): void {
    const oldest = Math.min(...this.#adopted);
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ version }) => version > oldest);
    for (const { version, resolve } of waiting) if (version <= oldest) resolve();
  }

  #spawn(index: number): AcceptorThread {
    const options = {
      worker: this.#options.worker ?? WORKER,
      index,
      acceptors: this.#options.acceptors,
      shared: this.#buffers,
      eventfd: this.#eventfds[index] as number,
      sourcePorts: this.#sourcePorts,
    };
    this.#stalls.spawned(index);
    return new AcceptorThread(options, this.#shared, this.#sys, {
      onMessage: (message) => this.#onMessage(index, message),
      onDeath: (error) => this.#onDeath(index, error),
    });
  }

  #openEventfds(): readonly number[] {
    return Array.from({ length: this.#options.acceptors }, (_, index) => {
      const eventfd = this.#sys.eventfd();
      if (eventfd < 0) throw new Error(`ACCEPTOR_START_FAILED: cannot make an eventfd, errno ${-eventfd}`);
      Atomics.store(this.#shared.ints, intsAt(index) + INTS.Wake, eventfd);
      return eventfd;
    });
  }

  #lookForStalls(): void {
    const alive = (acceptor: number): boolean => Number.isFinite(this.#adopted[acceptor]);
    for (const acceptor of this.#stalls.look(alive)) {
      this.#options.onEvent({ type: 'AcceptorStalled', acceptor });
      this.#threads[acceptor]?.kill(new Error('ACCEPTOR_STALLED: its loop stood still for seconds'));
    }
  }

  #onMessage(acceptor: number, message: FromAcceptor): void {
    switch (message.type) {
      case 'Adopted':
        this.#adopted[acceptor] = message.version;
        this.#settle();
        this.#replaced(acceptor);
        return;
      case 'Paused':
        this.#options.onEvent({
          type: 'AcceptPaused',
          acceptor,
          errno: message.errno,
          cause: acceptErrno(message.errno),
        });
        return;
      case 'Resumed':
        this.#options.onEvent({ type: 'AcceptResumed', acceptor });
        return;
      default:
        message satisfies never;
    }
  }

  #onDeath(acceptor: number, error: Error): void {
    this.#options.onEvent({ type: 'AcceptorDied', acceptor, error });
    this.#accessLog.takeAll();
    const before = this.#replacing.get(acceptor);
    const found = cleanUpAfter(this.#shared, this.#sys, this.#options.acceptors, acceptor);
    this.#replacing.set(acceptor, {
      closedDescriptors: found.closedDescriptors + (before?.closedDescriptors ?? 0),
      endedConnections: found.endedConnections + (before?.endedConnections ?? 0),
    });
    this.#adopted[acceptor] = Number.POSITIVE_INFINITY;
    this.#settle();
    this.#replaceLater(acceptor);
  }

  #replaceLater(acceptor: number): void {
    if (this.#closed) return;
    this.#replacement[acceptor] = setTimeout(() => {
      try {
        this.#adopted[acceptor] = 0;
        const thread = this.#spawn(acceptor);
        this.#threads[acceptor] = thread;
        if (this.#wiring.version > 0) thread.post({ type: 'Table', table: this.#cut(acceptor) });
        else this.#replaced(acceptor);
      } catch (error) {
        // Out of descriptors, most likely: the others go on, and this one is tried again.
        this.#onDeath(acceptor, asError(error));
      }
    }, REPLACE_MS);
  }

  /** Tells of a replacement once it serves. */
  #replaced(acceptor: number): void {
    const remains = this.#replacing.get(acceptor);
    if (remains === undefined) return;
    this.#replacing.delete(acceptor);
    this.#options.onEvent({ type: 'AcceptorReplaced', acceptor, ...remains });
  }

  #descriptorLimit(): number {
    const sockets = this.#wiring.listeners.length * this.#options.acceptors;
    return Math.max(2, this.#descriptors - sockets);
  }

  #cut(acceptor: number) {
    return cutFor(this.#wiring, this.#prepared, acceptor, this.#descriptorLimit());
  }
}

/** Starts the acceptors; they serve nothing until the first table is published. */
export const startEngine = async (options: RelayEngineOptions): Promise<Engine> =>
  new ThreadedEngine(options);
