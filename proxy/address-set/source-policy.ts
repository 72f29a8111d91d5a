import { type AddressSet, contains } from './address-set.ts';

/** Which clients of a listener may connect. Each list of addresses has sets of its own. */
export interface SourcePolicy {
  /** Whether only what `allow` contains may connect, even if that is nothing. */
  readonly restricted: boolean;
  readonly allow: readonly AddressSet[];
  /** Takes precedence over `allow`. */
  readonly deny: readonly AddressSet[];
}

/** Nobody may connect. */
export const DENY_ALL: SourcePolicy = { restricted: true, allow: [], deny: [] };

/** The index of the first set that contains the address at `offset`, or -1. */
const firstContaining = (sets: readonly AddressSet[], bytes: Uint8Array, offset: number): number => {
  for (let i = 0; i < sets.length; i++) if (contains(sets[i] as AddressSet, bytes, offset)) return i;
  return -1;
};

/** Whether the client whose address is at `offset` may connect; see `contains`. */
export const isAllowed = (
  { restricted, allow, deny }: SourcePolicy,
  bytes: Uint8Array,
  offset: number,
): boolean => {
  if (firstContaining(deny, bytes, offset) >= 0) return false;
  return !restricted || firstContaining(allow, bytes, offset) >= 0;
};

/** The set that decides whether `isAllowed`; undefined if that is because no set has the address. */
export const decidingSet = (
  { allow, deny }: SourcePolicy,
  bytes: Uint8Array,
  offset: number,
): AddressSet | undefined =>
  deny[firstContaining(deny, bytes, offset)] ?? allow[firstContaining(allow, bytes, offset)];
