const INITIAL = 64;

/**
 * Side indexes of those that have more to read than they may read at once, in the order of their turns. A
 * ring that grows; nothing is allocated while it is large enough.
 */
export class ReadyQueue {
  #sides = new Int32Array(INITIAL);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(sideIndex: number): void {
    if (this.#length === this.#sides.length) this.#grow();
    this.#sides[(this.#first + this.#length) & (this.#sides.length - 1)] = sideIndex;
    this.#length++;
  }

  /** Takes the side that has waited longest; -1 if there is none. */
  shift(): number {
    if (this.#length === 0) return -1;
    const sideIndex = this.#sides[this.#first] as number;
    this.#first = (this.#first + 1) & (this.#sides.length - 1);
    this.#length--;
    return sideIndex;
  }

  #grow(): void {
    const grown = new Int32Array(this.#sides.length * 2);
    for (let i = 0; i < this.#length; i++)
      grown[i] = this.#sides[(this.#first + i) & (this.#sides.length - 1)] as number;
    this.#sides = grown;
    this.#first = 0;
  }
}
