/** Runs what it is given one at a time, in the order in which it was asked for. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` once what was asked for before is done, however that ended. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // the caller has the rejection
    return done;
  }
}
