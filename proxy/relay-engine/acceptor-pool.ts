import { asError } from '../../program/as-error.ts';
import type { AcceptorEvent, EngineEvent } from '../engine/event.ts';
import type { Sys } from '../sys/sys.ts';
import { acceptErrno } from './accept-errno.ts';
import type { ConnectionColumns } from './acceptor/connection-columns.ts';
import { giveBackFor } from './acceptor/limits/limit-counts.ts';
import type { AcceptorTable, FromAcceptor } from './acceptor/messages.ts';
import { INTS, intsAt, type SharedBuffers, type SharedMemory } from './acceptor/shared-memory.ts';
import type { PortRange } from './acceptor/source-ports.ts';
import { AcceptorThread } from './acceptor-thread.ts';
import { addressText } from './address-text.ts';
import { Adoptions } from './adoptions.ts';
import { type CleanUp, cleanUpAfter } from './clean-up.ts';
import { Describer } from './describer.ts';
import { freeNatives } from './free-natives.ts';
import type { SharedIds } from './shared-ids.ts';
import type { SharedLimits } from './shared-limits.ts';
import { StallWatch } from './stall-watch.ts';

/** Delay before a dead acceptor is replaced, so that one that dies at once does not cause a busy loop. */
const REPLACE_MS = 200;
const STALL_CHECK_MS = 1000;
/** How long a stopping acceptor may take to close its sockets before its thread is terminated. */
const STOP_MS = 5000;

export interface PoolOptions {
  readonly acceptors: number;
  /** The module that each acceptor's thread runs. */
  readonly worker: URL;
  readonly buffers: SharedBuffers;
  readonly shared: SharedMemory;
  readonly sys: Sys;
  readonly sourcePorts: PortRange;
  /** When the clock of all acceptors began; see shared-clock.ts. */
  readonly clockOriginMs: number;
  /** The table that an acceptor should serve now; undefined before the first one. */
  readonly tableFor: (acceptor: number) => AcceptorTable | undefined;
  /** Called after an acceptor has died, before its remains are cleaned up. */
  readonly onDeath: () => void;
  readonly limits: SharedLimits;
  readonly connectionIds: SharedIds;
  /** Name of the listener in a slot; undefined if it has just gone. */
  readonly listenerIn: (slot: number) => string | undefined;
  readonly onEvent: (event: AcceptorEvent | Extract<EngineEvent, { type: 'PeerUntrusted' }>) => void;
}

/** The acceptors' threads: starts them, posts their tables, and replaces those that died or stalled. */
export class AcceptorPool {
  #options: PoolOptions;
  /** By acceptor. A replacement reuses the eventfd, because the other acceptors wake it by that number. */
  #eventfds: readonly number[];
  #threads: AcceptorThread[] = [];
  #adoptions: Adoptions;
  #stalls: StallWatch;
  #stallTimer: NodeJS.Timeout;
  /** By dead acceptor: what was cleaned up after it, until its replacement serves. */
  #replacing = new Map<number, CleanUp>();
  #replaceTimers: NodeJS.Timeout[] = [];
  #stopped = false;
  /** By acceptor; undefined until it has started. */
  #columns: (ConnectionColumns | undefined)[] = [];
  readonly #describer = new Describer();

  constructor(options: PoolOptions) {
    const { acceptors, shared } = options;
    this.#options = options;
    this.#adoptions = new Adoptions(acceptors);
    this.#eventfds = this.#openEventfds();
    this.#stalls = new StallWatch(shared, acceptors);
    for (let index = 0; index < acceptors; index++) this.#threads.push(this.#spawn(index));
    this.#stallTimer = setInterval(() => this.#checkForStalls(), STALL_CHECK_MS).unref();
  }

  /** Posts its table to each acceptor; resolves once all that are alive serve it. */
  serve(version: number): Promise<void> {
    for (const index of this.#threads.keys()) this.#postTable(index);
    return this.#adoptions.waitForAll(version);
  }

  /** Where acceptors keep their connections, by acceptor. */
  get columns(): readonly (ConnectionColumns | undefined)[] {
    return this.#columns;
  }

  /** What connections of an acceptor have named in TLS. */
  serverNames(acceptor: number, connections: readonly number[]): Promise<readonly (string | undefined)[]> {
    return this.#describer.ask(connections, (message) => this.#threads[acceptor]?.post(message));
  }

  drainWithin(ms: number): void {
    for (const thread of this.#threads) thread.post({ type: 'Drain', ms });
  }

  /** Stops every acceptor and cleans up after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#replaceTimers) clearTimeout(timer);
    clearInterval(this.#stallTimer);
    await Promise.all(this.#threads.map((thread) => thread.stop(STOP_MS)));
    // Connections handed to an acceptor that had already stopped, and those of threads that were terminated.
    for (const index of this.#threads.keys()) this.#cleanUpAfter(index);
    for (const eventfd of this.#eventfds) this.#options.sys.close(eventfd);
    this.#adoptions.release();
  }

  #openEventfds(): readonly number[] {
    const { acceptors, shared, sys } = this.#options;
    return Array.from({ length: acceptors }, (_, index) => {
      const eventfd = sys.eventfd();
      if (eventfd < 0) throw new Error(`ACCEPTOR_START_FAILED: cannot create an eventfd, errno ${-eventfd}`);
      Atomics.store(shared.ints, intsAt(index) + INTS.Wake, eventfd);
      return eventfd;
    });
  }

  #spawn(index: number): AcceptorThread {
    const { worker, acceptors, buffers, shared, sys, sourcePorts, clockOriginMs } = this.#options;
    const eventfd = this.#eventfds[index] as number;
    this.#stalls.onSpawned(index);
    return new AcceptorThread(
      { worker, index, acceptors, shared: buffers, eventfd, sourcePorts, clockOriginMs },
      shared,
      sys,
      {
        onMessage: (message) => this.#onMessage(index, message),
        onDeath: (error) => this.#onDeath(index, error),
      },
    );
  }

  /** Returns false when there is no table to serve yet. */
  #postTable(acceptor: number): boolean {
    const table = this.#options.tableFor(acceptor);
    if (table !== undefined) this.#threads[acceptor]?.post({ type: 'Table', table });
    return table !== undefined;
  }

  #cleanUpAfter(acceptor: number): CleanUp {
    const { acceptors, shared, sys, limits, connectionIds } = this.#options;
    if (limits.memory !== undefined) giveBackFor(limits.memory, acceptor);
    connectionIds.freeUnfinished(acceptor);
    freeNatives(shared, acceptor);
    return cleanUpAfter(shared, sys, acceptors, acceptor);
  }

  #checkForStalls(): void {
    for (const acceptor of this.#stalls.check((index) => this.#adoptions.isAlive(index))) {
      this.#options.onEvent({ type: 'AcceptorStalled', acceptor });
      this.#threads[acceptor]?.kill(
        new Error('ACCEPTOR_STALLED: its event loop made no progress for several seconds'),
      );
    }
  }

  #onMessage(acceptor: number, message: FromAcceptor): void {
    const { onEvent } = this.#options;
    switch (message.type) {
      case 'Adopted':
        this.#adoptions.onAdopted(acceptor, message.version);
        this.#reportReplaced(acceptor);
        return;
      case 'Started':
        this.#columns[acceptor] = message.columns;
        return;
      case 'Described':
        this.#describer.onDescribed(message.request, message.serverNames);
        return;
      case 'Paused': {
        const { errno } = message;
        onEvent({ type: 'AcceptPaused', acceptor, errno, cause: acceptErrno(errno) });
        return;
      }
      case 'Resumed':
        onEvent({ type: 'AcceptResumed', acceptor });
        return;
      case 'PeerUntrusted': {
        const listener = this.#options.listenerIn(message.listenerSlot);
        if (listener !== undefined)
          onEvent({ type: 'PeerUntrusted', listener, peer: addressText(message.address, 0) });
        return;
      }
      default:
        message satisfies never;
    }
  }

  #onDeath(acceptor: number, error: Error): void {
    this.#options.onEvent({ type: 'AcceptorDied', acceptor, error });
    this.#options.onDeath();
    this.#columns[acceptor] = undefined;
    const earlier = this.#replacing.get(acceptor);
    const left = this.#cleanUpAfter(acceptor);
    this.#replacing.set(acceptor, {
      closedDescriptors: left.closedDescriptors + (earlier?.closedDescriptors ?? 0),
      endedConnections: left.endedConnections + (earlier?.endedConnections ?? 0),
    });
    this.#adoptions.onDeath(acceptor);
    this.#replaceLater(acceptor);
  }

  #replaceLater(acceptor: number): void {
    if (this.#stopped) return;
    this.#replaceTimers[acceptor] = setTimeout(() => {
      try {
        this.#adoptions.onReplaced(acceptor);
        this.#threads[acceptor] = this.#spawn(acceptor);
        if (!this.#postTable(acceptor)) this.#reportReplaced(acceptor);
      } catch (error) {
        // Most likely out of descriptors: the others go on, and this one is tried again.
        this.#onDeath(acceptor, asError(error));
      }
    }, REPLACE_MS);
  }

  /** Reports a replacement once it serves. */
  #reportReplaced(acceptor: number): void {
    const remains = this.#replacing.get(acceptor);
    if (remains === undefined) return;
    this.#replacing.delete(acceptor);
    this.#options.onEvent({ type: 'AcceptorReplaced', acceptor, ...remains });
  }
}
