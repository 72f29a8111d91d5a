import { isRecord } from '../normalise.ts';
import type { Path } from '../path.ts';

/** A value without some entries of its lists, and the way back to where its entries stood. */
export interface Remainder {
  readonly value: unknown;
  /** The path in the whole value of a path in this one. */
  readonly original: (path: Path) => Path;
}

/** Leaves out the list entries at `refused`, without changing the value given. */
export const leaveOut = (value: unknown, refused: readonly Path[]): Remainder => {
  if (refused.length === 0) return { value, original: (path) => path };
  const left = new Set(refused.map((path) => JSON.stringify(path)));
  const onTheWay = new Set(refused.flatMap((path) => path.map((_, i) => JSON.stringify(path.slice(0, i)))));
  /** By the path of a list in the new value: where each of its entries stood. */
  const stood = new Map<string, readonly number[]>();

  const copy = (part: unknown, from: Path, to: Path): unknown => {
    // Only the way to what is left out is copied: the rest may be as deep as the user likes.
    if (!onTheWay.has(JSON.stringify(from))) return part;
    if (Array.isArray(part)) {
      const kept = [...part.keys()].filter((i) => !left.has(JSON.stringify([...from, i])));
      stood.set(JSON.stringify(to), kept);
      return kept.map((old, i) => copy(part[old], [...from, old], [...to, i]));
    }
    if (!isRecord(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, entry]) => [key, copy(entry, [...from, key], [...to, key])]),
    );
  };

  const original = (path: Path): Path =>
    path.map((step, i) =>
      typeof step === 'number' ? (stood.get(JSON.stringify(path.slice(0, i)))?.[step] ?? step) : step,
    );
  return { value: copy(value, [], []), original };
};
