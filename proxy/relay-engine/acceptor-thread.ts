import { Worker } from 'node:worker_threads';
import { asError } from '../../program/as-error.ts';
import type { Sys } from '../sys/sys.ts';
import type { AcceptorStart, FromAcceptor, ToAcceptor } from './acceptor/messages.ts';
import { INTS, intsAt, type SharedMemory } from './acceptor/shared-memory.ts';
import { leaveRemovedFolder } from './working-folder.ts';

export interface AcceptorThreadEvents {
  readonly onMessage: (message: FromAcceptor) => void;
  /** The thread exited without stop() having been called. */
  readonly onDeath: (cause: Error) => void;
}

/** What an acceptor's thread is started with. */
export interface ThreadOptions extends AcceptorStart {
  /** The module that the thread runs. */
  readonly worker: URL;
}

/** The control thread's handle on an acceptor's thread: posts messages to it and stops it. */
export class AcceptorThread {
  readonly ended: Promise<void>;
  #worker: Worker;
  #shared: SharedMemory;
  #sys: Sys;
  #start: AcceptorStart;
  #isStopping = false;
  #cause: Error | undefined;

  constructor(
    { worker, ...start }: ThreadOptions,
    shared: SharedMemory,
    sys: Sys,
    events: AcceptorThreadEvents,
  ) {
    this.#start = start;
    this.#shared = shared;
    this.#sys = sys;
    Atomics.store(shared.ints, intsAt(start.index) + INTS.Stop, 0);
    leaveRemovedFolder();
    this.#worker = new Worker(worker, { workerData: start, name: `acceptor-${start.index}` });
    this.#worker.on('message', events.onMessage);
    this.#worker.on('error', (error) => {
      this.#cause ??= asError(error);
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        resolve();
        if (!this.#isStopping)
          events.onDeath(this.#cause ?? new Error(`The acceptor's thread exited with code ${code}`));
      });
    });
  }

  post(message: ToAcceptor): void {
    this.#worker.postMessage(message);
    this.#sys.signal(this.#start.eventfd);
  }

  /**
   * Terminates a thread that is stuck and so cannot stop by itself. This counts as its death: `onDeath` is
   * called with `cause`.
   */
  kill(cause: Error): void {
    this.#cause = cause;
    void this.#worker.terminate();
  }

  /**
   * Lets the thread close its sockets and return; terminates it if it has not done so after `forceAfterMs`.
   */
  async stop(forceAfterMs: number): Promise<void> {
    this.#isStopping = true;
    Atomics.store(this.#shared.ints, intsAt(this.#start.index) + INTS.Stop, 1);
    this.#sys.signal(this.#start.eventfd);
    const force = setTimeout(() => void this.#worker.terminate(), forceAfterMs);
    await this.ended;
    clearTimeout(force);
  }
}
