import type { ToAcceptor } from './acceptor/messages.ts';

/** How long an acceptor may take. One that is busy for longer leaves names out, which only add to a list. */
const WITHIN_MS = 1000;

type Names = readonly (string | undefined)[];

/** Asks acceptors what clients have named in TLS: that is not in shared memory, since few have a name. */
export class Describer {
  readonly #withinMs: number;
  #last = 0;
  #waiting = new Map<number, (names: Names) => void>();

  constructor(withinMs = WITHIN_MS) {
    this.#withinMs = withinMs;
  }

  /**
   * The names of some connections of an acceptor, to which `post` posts; none if it does not answer in time.
   */
  ask(connections: readonly number[], post: (message: ToAcceptor) => void): Promise<Names> {
    if (connections.length === 0) return Promise.resolve([]);
    const request = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.onDescribed(request, []), this.#withinMs).unref();
      this.#waiting.set(request, (names) => {
        clearTimeout(timer);
        resolve(names);
      });
      post({ type: 'Describe', request, connections });
    });
  }

  onDescribed(request: number, names: Names): void {
    this.#waiting.get(request)?.(names);
    this.#waiting.delete(request);
  }
}
