import { Worker } from 'node:worker_threads';
import type { Sys } from '../sys/sys.ts';
import type { AcceptorStart, FromAcceptor, ToAcceptor } from './acceptor/messages.ts';
import { INTS, intsAt, type SharedMemory } from './acceptor/shared-memory.ts';

export interface AcceptorThreadEvents {
  readonly onMessage: (message: FromAcceptor) => void;
  /** The thread ended without having been told to. */
  readonly onDeath: (cause: Error) => void;
}

/** What every acceptor's thread is started with, and its own number. */
export interface ThreadOptions extends AcceptorStart {
  /** The module that the thread runs. */
  readonly worker: URL;
}

/** One acceptor's thread as the control thread sees it: it takes messages and can be told to stop. */
export class AcceptorThread {
  readonly ended: Promise<void>;
  #worker: Worker;
  #shared: SharedMemory;
  #sys: Sys;
  #start: AcceptorStart;
  #told = false;
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
    this.#worker = new Worker(worker, { workerData: start, name: `acceptor-${start.index}` });
    this.#worker.on('message', events.onMessage);
    this.#worker.on('error', (error) => {
      this.#cause ??= error instanceof Error ? error : new Error(String(error));
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        resolve();
        if (!this.#told)
          events.onDeath(this.#cause ?? new Error(`The acceptor's thread ended with code ${code}`));
      });
    });
  }

  post(message: ToAcceptor): void {
    this.#worker.postMessage(message);
    this.#sys.signal(this.#start.eventfd);
  }

  /** Ends the thread by force, which counts as its death: it does nothing any more, so it cannot be asked to. */
  kill(cause: Error): void {
    this.#cause = cause;
    void this.#worker.terminate();
  }

  /** Ends the thread: it closes what it has and returns. One that does not within `patienceMs` is ended by force. */
  async stop(patienceMs: number): Promise<void> {
    this.#told = true;
    Atomics.store(this.#shared.ints, intsAt(this.#start.index) + INTS.Stop, 1);
    this.#sys.signal(this.#start.eventfd);
    const force = setTimeout(() => void this.#worker.terminate(), patienceMs);
    await this.ended;
    clearTimeout(force);
  }
}
