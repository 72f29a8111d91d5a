const INITIAL = 64;

/** Sides that have more to read than they may read at once, in the order in which they have their turns. A ring that grows; nothing is allocated while it is large enough. */
export class ReadyQueue {
  #places = new Int32Array(INITIAL);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(place: number): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[(this.#first + this.#length) & (this.#places.length - 1)] = place;
    this.#length++;
  }

  /** Takes the place that has waited longest; -1 when there is none. */
  shift(): number {
    if (this.#length === 0) return -1;
    const place = this.#places[this.#first] as number;
    this.#first = (this.#first + 1) & (this.#places.length - 1);
    this.#length--;
    return place;
  }

  #grow(): void {
    const grown = new Int32Array(this.#places.length * 2);
    for (let i = 0; i < this.#length; i++)
      grown[i] = this.#places[(this.#first + i) & (this.#places.length - 1)] as number;
    this.#places = grown;
    this.#first = 0;
  }
}
