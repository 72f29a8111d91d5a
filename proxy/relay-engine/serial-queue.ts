/** Runs tasks one at a time, in the order in which they were submitted. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` once every earlier task has settled, whether it succeeded or failed. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // the caller gets the rejection
    return done;
  }
}
