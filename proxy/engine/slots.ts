/**
 * Gives things that come and go a fixed place in shared memory for as long as they are counted. A place is used
 * again only after it was freed.
 */
export class Slots {
  #bySlot: (string | undefined)[];
  #byKey = new Map<string, number>();

  constructor(count: number) {
    this.#bySlot = Array<string | undefined>(count).fill(undefined);
  }

  /** The slot of `key`, and whether it is new to it; undefined when every slot is taken. */
  take(key: string): { readonly slot: number; readonly fresh: boolean } | undefined {
    const known = this.#byKey.get(key);
    if (known !== undefined) return { slot: known, fresh: false };
    const slot = this.#bySlot.indexOf(undefined);
    if (slot < 0) return undefined;
    this.#bySlot[slot] = key;
    this.#byKey.set(key, slot);
    return { slot, fresh: true };
  }

  /** What has the slot; undefined for nobody. */
  keyOf(slot: number): string | undefined {
    return this.#bySlot[slot];
  }

  /** The keys that `wanted` refuses; they keep their slots until they are freed. */
  unwanted(wanted: (key: string, slot: number) => boolean): readonly (readonly [string, number])[] {
    return [...this.#byKey].filter(([key, slot]) => !wanted(key, slot));
  }

  free(key: string): void {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return;
    this.#byKey.delete(key);
    this.#bySlot[slot] = undefined;
  }

  /** The slot of `key`, if it has one. */
  slotOf(key: string): number | undefined {
    return this.#byKey.get(key);
  }

  entries(): IterableIterator<[string, number]> {
    return this.#byKey.entries();
  }
}
