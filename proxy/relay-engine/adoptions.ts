/** Tracks which table version each acceptor has adopted, and lets callers wait until all have. */
export class Adoptions {
  /** Newest version by acceptor; Infinity while it is dead, so that nobody waits for it. */
  #adopted: number[];
  #waiting: { readonly version: number; readonly resolve: () => void }[] = [];

  constructor(acceptors: number) {
    this.#adopted = Array<number>(acceptors).fill(0);
  }

  /** Resolves once every live acceptor has adopted this version or a newer one. */
  waitForAll(version: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ version, resolve });
      this.#settle();
    });
  }

  onAdopted(acceptor: number, version: number): void {
    this.#adopted[acceptor] = version;
    this.#settle();
  }

  onDeath(acceptor: number): void {
    this.onAdopted(acceptor, Number.POSITIVE_INFINITY);
  }

  /** The acceptor is alive again and has adopted nothing yet. */
  onReplaced(acceptor: number): void {
    this.#adopted[acceptor] = 0;
  }

  isAlive(acceptor: number): boolean {
    return Number.isFinite(this.#adopted[acceptor]);
  }

  /** Resolves every wait: there are no acceptors left. */
  release(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #settle(): void {
    const oldest = Math.min(...this.#adopted);
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ version }) => version > oldest);
    for (const { version, resolve } of waiting) if (version <= oldest) resolve();
  }
}
