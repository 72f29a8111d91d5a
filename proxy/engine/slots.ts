/**
 * Gives things that come and go a fixed place in shared memory for as long as they are counted. A place is used
 * again only after `keepOnly` has found it unwanted.
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

  /** Frees the slots that `wanted` refuses. */
  keepOnly(wanted: (key: string, slot: number) => boolean): void {
    for (const [key, slot] of this.#byKey) {
      if (wanted(key, slot)) continue;
      this.#byKey.delete(key);
      this.#bySlot[slot] = undefined;
    }
  }

  entries(): IterableIterator<[string, number]> {
    return this.#byKey.entries();
  }
}
