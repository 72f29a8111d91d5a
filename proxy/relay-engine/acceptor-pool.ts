import type { AcceptorEvent } from '../engine/event.ts';
import type { Sys } from '../sys/sys.ts';
import { acceptErrno } from './accept-errno.ts';
import type { AcceptorTable, FromAcceptor } from './acceptor/messages.ts';
import { INTS, intsAt, type SharedBuffers, type SharedMemory } from './acceptor/shared-memory.ts';
import type { PortRange } from './acceptor/source-ports.ts';
import { AcceptorThread } from './acceptor-thread.ts';
import { Adoptions } from './adoptions.ts';
import { asError } from './as-error.ts';
import { cleanUpAfter, type Remains } from './clean-up.ts';
import { StallWatch } from './stall-watch.ts';

/** How long the replacement of an acceptor that died waits, so that one that dies at once does not spin. */
const REPLACE_MS = 200;
const LOOK_FOR_STALLS_MS = 1000;
/** How long an acceptor may take to close what it has. */
const STOP_MS = 5000;

export interface PoolOptions {
  readonly acceptors: number;
  /** The module that each acceptor's thread runs. */
  readonly worker: URL;
  readonly buffers: SharedBuffers;
  readonly shared: SharedMemory;
  readonly sys: Sys;
  readonly sourcePorts: PortRange;
  /** What an acceptor is to serve now; undefined before the first table. */
  readonly tableFor: (acceptor: number) => AcceptorTable | undefined;
  /** Called after an acceptor has died and before what it left is cleaned up. */
  readonly onDeath: () => void;
  readonly onEvent: (event: AcceptorEvent) => void;
}

/** The acceptors' threads: starts them, gives each its table, and replaces one that died or stands still. */
export class AcceptorPool {
  #options: PoolOptions;
  /** By acceptor. They stay when an acceptor is replaced, since the others wake it by its number. */
  #eventfds: readonly number[];
  #threads: AcceptorThread[] = [];
  #adoptions: Adoptions;
  #stalls: StallWatch;
  #looking: NodeJS.Timeout;
  /** What was cleaned up after an acceptor that died, until its replacement serves. */
  #replacing = new Map<number, Remains>();
  #replacement: NodeJS.Timeout[] = [];
  #stopped = false;

  constructor(options: PoolOptions) {
    const { acceptors, shared } = options;
    this.#options = options;
    this.#adoptions = new Adoptions(acceptors);
    this.#eventfds = this.#openEventfds();
    this.#stalls = new StallWatch(shared, acceptors);
    for (let index = 0; index < acceptors; index++) this.#threads.push(this.#spawn(index));
    this.#looking = setInterval(() => this.#lookForStalls(), LOOK_FOR_STALLS_MS).unref();
  }

  /** Gives each acceptor what `tableFor` says; resolves once all that live serve it. */
  serve(version: number): Promise<void> {
    for (const index of this.#threads.keys()) this.#postTable(index);
    return this.#adoptions.byAll(version);
  }

  drainWithin(ms: number): void {
    for (const thread of this.#threads) thread.post({ type: 'Drain', ms });
  }

  /** Ends every acceptor and cleans up after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#replacement) clearTimeout(timer);
    clearInterval(this.#looking);
    await Promise.all(this.#threads.map((thread) => thread.stop(STOP_MS)));
    // What one left for another that had looked for the last time, and what one held that was ended by force.
    for (const index of this.#threads.keys()) this.#cleanUpAfter(index);
    for (const eventfd of this.#eventfds) this.#options.sys.close(eventfd);
    this.#adoptions.release();
  }

  #openEventfds(): readonly number[] {
    const { acceptors, shared, sys } = this.#options;
    return Array.from({ length: acceptors }, (_, index) => {
      const eventfd = sys.eventfd();
      if (eventfd < 0) throw new Error(`ACCEPTOR_START_FAILED: cannot make an eventfd, errno ${-eventfd}`);
      Atomics.store(shared.ints, intsAt(index) + INTS.Wake, eventfd);
      return eventfd;
    });
  }

  #spawn(index: number): AcceptorThread {
    const { worker, acceptors, buffers, shared, sys, sourcePorts } = this.#options;
    const eventfd = this.#eventfds[index] as number;
    this.#stalls.spawned(index);
    return new AcceptorThread(
      { worker, index, acceptors, shared: buffers, eventfd, sourcePorts },
      shared,
      sys,
      {
        onMessage: (message) => this.#onMessage(index, message),
        onDeath: (error) => this.#onDeath(index, error),
      },
    );
  }

  /** Answers whether there is a table to serve. */
  #postTable(acceptor: number): boolean {
    const table = this.#options.tableFor(acceptor);
    if (table !== undefined) this.#threads[acceptor]?.post({ type: 'Table', table });
    return table !== undefined;
  }

  #cleanUpAfter(acceptor: number): Remains {
    const { acceptors, shared, sys } = this.#options;
    return cleanUpAfter(shared, sys, acceptors, acceptor);
  }

  #lookForStalls(): void {
    for (const acceptor of this.#stalls.look((index) => this.#adoptions.isAlive(index))) {
      this.#options.onEvent({ type: 'AcceptorStalled', acceptor });
      this.#threads[acceptor]?.kill(new Error('ACCEPTOR_STALLED: its loop stood still for seconds'));
    }
  }

  #onMessage(acceptor: number, message: FromAcceptor): void {
    const { onEvent } = this.#options;
    switch (message.type) {
      case 'Adopted':
        this.#adoptions.adopted(acceptor, message.version);
        this.#reportReplaced(acceptor);
        return;
      case 'Paused': {
        const { errno } = message;
        onEvent({ type: 'AcceptPaused', acceptor, errno, cause: acceptErrno(errno) });
        return;
      }
      case 'Resumed':
        onEvent({ type: 'AcceptResumed', acceptor });
        return;
      default:
        message satisfies never;
    }
  }

  #onDeath(acceptor: number, error: Error): void {
    this.#options.onEvent({ type: 'AcceptorDied', acceptor, error });
    this.#options.onDeath();
    const before = this.#replacing.get(acceptor);
    const found = this.#cleanUpAfter(acceptor);
    this.#replacing.set(acceptor, {
      closedDescriptors: found.closedDescriptors + (before?.closedDescriptors ?? 0),
      endedConnections: found.endedConnections + (before?.endedConnections ?? 0),
    });
    this.#adoptions.died(acceptor);
    this.#replaceLater(acceptor);
  }

  #replaceLater(acceptor: number): void {
    if (this.#stopped) return;
    this.#replacement[acceptor] = setTimeout(() => {
      try {
        this.#adoptions.replaced(acceptor);
        this.#threads[acceptor] = this.#spawn(acceptor);
        if (!this.#postTable(acceptor)) this.#reportReplaced(acceptor);
      } catch (error) {
        // Out of descriptors, most likely: the others go on, and this one is tried again.
        this.#onDeath(acceptor, asError(error));
      }
    }, REPLACE_MS);
  }

  /** A replacement is reported once it serves. */
  #reportReplaced(acceptor: number): void {
    const remains = this.#replacing.get(acceptor);
    if (remains === undefined) return;
    this.#replacing.delete(acceptor);
    this.#options.onEvent({ type: 'AcceptorReplaced', acceptor, ...remains });
  }
}
