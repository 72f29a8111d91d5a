/**
 * Gives things that come and go a fixed place in shared memory for as long as they are counted. A place is used
 * again only after it was freed. The lowest places are used first, so memory is touched only as far as it is needed.
 */
export class Slots {
  readonly #count: number;
  #bySlot: (string | undefined)[] = [];
  #byKey = new Map<string, number>();
  #freed: number[] = [];
  /** Milliseconds at which a key was first seen to be unused. */
  #unusedSince = new Map<string, number>();

  constructor(count: number) {
    this.#count = count;
  }

  /** The slot of `key`, and whether it is new to it; undefined when every slot is taken. */
  take(key: string): { readonly slot: number; readonly fresh: boolean } | undefined {
    const known = this.#byKey.get(key);
    if (known !== undefined) return { slot: known, fresh: false };
    if (this.left === 0) return undefined;
    const slot = this.#freed.pop() ?? this.#bySlot.length;
    this.#bySlot[slot] = key;
    this.#byKey.set(key, slot);
    return { slot, fresh: true };
  }

  /** Slots that nobody has. */
  get left(): number {
    return this.#count - this.#byKey.size;
  }

  /** One more than the highest slot that was ever taken. */
  get end(): number {
    return this.#bySlot.length;
  }

  /** What has the slot; undefined for nobody. */
  keyOf(slot: number): string | undefined {
    return this.#bySlot[slot];
  }

  /** The keys that have been unused at every look for `keepMs` at least; they keep their slots until they are freed. */
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
