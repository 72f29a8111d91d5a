/**
 * Assigns each key a fixed slot in shared memory for as long as it is counted. A slot is reused only after it
 * was freed. The lowest slots are used first, so that no more memory than needed is ever touched.
 */
export class Slots {
  readonly #count: number;
  #bySlot: (string | undefined)[] = [];
  #byKey = new Map<string, number>();
  #freed: number[] = [];
  /** When a key was first found unused, in milliseconds. */
  #unusedSince = new Map<string, number>();

  constructor(count: number) {
    this.#count = count;
  }

  /** The slot of `key`, and whether it was assigned just now; undefined when every slot is taken. */
  take(key: string): { readonly slot: number; readonly isNew: boolean } | undefined {
    const known = this.#byKey.get(key);
    if (known !== undefined) return { slot: known, isNew: false };
    if (this.available === 0) return undefined;
    const slot = this.#freed.pop() ?? this.#bySlot.length;
    this.#bySlot[slot] = key;
    this.#byKey.set(key, slot);
    return { slot, isNew: true };
  }

  /** How many slots are free. */
  get available(): number {
    return this.#count - this.#byKey.size;
  }

  /** One more than the highest slot that was ever taken. */
  get end(): number {
    return this.#bySlot.length;
  }

  /** The key that has this slot; undefined if it is free. */
  keyOf(slot: number): string | undefined {
    return this.#bySlot[slot];
  }

  /** The keys found unused at every call for at least `keepMs`. They keep their slots until freed. */
  unusedFor(
    isUsed: (key: string, slot: number) => boolean,
    keepMs: number,
    nowMs: number,
  ): readonly (readonly [string, number])[] {
    return [...this.#byKey].filter(([key, slot]) => {
      if (isUsed(key, slot)) {
        this.#unusedSince.delete(key);
        return false;
      }
      const since = this.#unusedSince.get(key) ?? nowMs;
      this.#unusedSince.set(key, since);
      return nowMs - since >= keepMs;
    });
  }

  free(key: string): void {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return;
    this.#byKey.delete(key);
    this.#unusedSince.delete(key);
    this.#bySlot[slot] = undefined;
    this.#freed.push(slot);
  }

  /** The slot of `key`, if it has one. */
  slotOf(key: string): number | undefined {
    return this.#byKey.get(key);
  }

  entries(): IterableIterator<[string, number]> {
    return this.#byKey.entries();
  }
}
