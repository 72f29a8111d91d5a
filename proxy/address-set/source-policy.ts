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

/** Whether the client whose address is at `offset` may connect; see `contains`. */
export const isAllowed = (
  { restricted, allow, deny }: SourcePolicy,
  bytes: Uint8Array,
  offset: number,
): boolean => {
  for (let i = 0; i < deny.length; i++) if (contains(deny[i] as AddressSet, bytes, offset)) return false;
  if (!restricted) return true;
  for (let i = 0; i < allow.length; i++) if (contains(allow[i] as AddressSet, bytes, offset)) return true;
  return false;
};
