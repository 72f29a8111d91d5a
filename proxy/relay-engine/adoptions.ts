/** Which version of the table each acceptor has adopted, and who waits until all of them have. */
export class Adoptions {
  /** Newest version by acceptor; Infinity while it is dead, since nobody waits for it then. */
  #adopted: number[];
  #waiting: { readonly version: number; readonly resolve: () => void }[] = [];

  constructor(acceptors: number) {
    this.#adopted = Array<number>(acceptors).fill(0);
  }

  /** Resolves once every acceptor that lives has adopted the version, or a newer one. */
  byAll(version: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ version, resolve });
      this.#settle();
    });
  }

  adopted(acceptor: number, version: number): void {
    this.#adopted[acceptor] = version;
    this.#settle();
  }

  died(acceptor: number): void {
    this.adopted(acceptor, Number.POSITIVE_INFINITY);
  }

  /** It lives again, and has adopted nothing yet. */
  replaced(acceptor: number): void {
    this.#adopted[acceptor] = 0;
  }

  isAlive(acceptor: number): boolean {
    return Number.isFinite(this.#adopted[acceptor]);
  }

  /** Keeps nobody waiting any more: there are no acceptors left to adopt anything. */
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
