import { isRecord } from '../normalise.ts';
import type { Path } from '../path.ts';

/** A value without some of its list entries, and the mapping of paths back to the original value. */
export interface Remainder {
  readonly value: unknown;
  /** Maps a path in this value to the path in the original value. */
  readonly original: (path: Path) => Path;
}

/** A copy of `value` without the list entries at `refused`. */
export const leaveOut = (value: unknown, refused: readonly Path[]): Remainder => {
  if (refused.length === 0) return { value, original: (path) => path };
  const omitted = new Set(refused.map((path) => JSON.stringify(path)));
  const ancestors = new Set(refused.flatMap((path) => path.map((_, i) => JSON.stringify(path.slice(0, i)))));
  /** Original indexes of the entries of each list, by the list's path in the new value. */
  const originalIndexes = new Map<string, readonly number[]>();

  const copy = (part: unknown, from: Path, to: Path): unknown => {
    // Only ancestors of omitted entries are copied: the rest may be nested arbitrarily deep.
    if (!ancestors.has(JSON.stringify(from))) return part;
    if (Array.isArray(part)) {
      const kept = [...part.keys()].filter((i) => !omitted.has(JSON.stringify([...from, i])));
      originalIndexes.set(JSON.stringify(to), kept);
      return kept.map((old, i) => copy(part[old], [...from, old], [...to, i]));
    }
    if (!isRecord(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, entry]) => [key, copy(entry, [...from, key], [...to, key])]),
    );
  };

  const original = (path: Path): Path =>
    path.map((step, i) =>
      typeof step === 'number'
        ? (originalIndexes.get(JSON.stringify(path.slice(0, i)))?.[step] ?? step)
        : step,
    );
  return { value: copy(value, [], []), original };
};
