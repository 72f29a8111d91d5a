import { Worker } from 'node:worker_threads';
import type { AcceptorStart, AcceptorTable, FromAcceptor, ToAcceptor } from '../acceptor/messages.ts';
import { INTS, intsAt, type SharedBuffers, type SharedMemory } from '../acceptor/shared-memory.ts';
import type { Sys } from '../sys/sys.ts';

export interface AcceptorThreadEvents {
  readonly onMessage: (message: FromAcceptor) => void;
  /** The thread ended without having been told to. */
  readonly onDeath: (cause: Error) => void;
}

/** One acceptor's thread as the control thread sees it: it takes tables and can be told to stop. */
export class AcceptorThread {
  readonly ended: Promise<void>;
  #worker: Worker;
  #sys: Sys;
  #eventfd: number;
  #stop: () => void;

  constructor(
    index: number,
    buffers: SharedBuffers,
    shared: SharedMemory,
    sys: Sys,
    events: AcceptorThreadEvents,
  ) {
    this.#sys = sys;
    const eventfd = sys.eventfd();
    if (eventfd < 0) throw new Error(`ACCEPTOR_START_FAILED: cannot make an eventfd, errno ${-eventfd}`);
    this.#eventfd = eventfd;
    const stopAt = intsAt(index) + INTS.Stop;
    Atomics.store(shared.ints, stopAt, 0);
    let stopping = false;
    this.#stop = () => {
      stopping = true;
      Atomics.store(shared.ints, stopAt, 1);
      this.#wake();
    };
    const start: AcceptorStart = { index, shared: buffers, eventfd };
    this.#worker = new Worker(new URL('../acceptor/worker.ts', import.meta.url), {
      workerData: start,
      name: `acceptor-${index}`,
    });
    let cause: Error | undefined;
    this.#worker.on('message', events.onMessage);
    this.#worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#eventfd = -1; // its number is somebody else's as soon as it is closed
        sys.close(eventfd);
        resolve();
        if (!stopping) events.onDeath(cause ?? new Error(`The acceptor's thread ended with code ${code}`));
      });
    });
  }

  post(table: AcceptorTable): void {
    const message: ToAcceptor = { type: 'Table', table };
    this.#worker.postMessage(message);
    this.#wake();
  }

  #wake(): void {
    if (this.#eventfd >= 0) this.#sys.signal(this.#eventfd);
  }

  /** Ends the thread: it closes what it has and returns. */
  stop(): Promise<void> {
    this.#stop();
    return this.ended;
  }
}
