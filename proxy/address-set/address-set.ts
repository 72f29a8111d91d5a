import { type BoundaryIndex, insideV4, insideV6, ORDER } from './boundary-index.ts';

/**
 * A set of addresses, given by CIDR ranges. Plain data whose arrays are views of one SharedArrayBuffer, so
 * that posting it to another thread copies nothing. Made by `build.ts`; never changed.
 */
export interface AddressSet {
  /** Identifies what it contains: sets of the same addresses have the same digest. */
  readonly digest: string;
  /** How many CIDR ranges it was made from. */
  readonly entries: number;
  /** IPv4 addresses. IPv6 ranges contain none of them, not even `::/0`. */
  readonly v4: BoundaryIndex;
  readonly v6: BoundaryIndex;
}

/** The third word of IPv4 addresses that are mapped into IPv6. */
const MAPPED = 0xffff;

const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);

/** Whether the address at `offset`, 16 bytes with IPv4 mapped into IPv6, is in the set. */
export const contains = ({ v4, v6 }: AddressSet, bytes: Uint8Array, offset: number): boolean => {
  const a = wordAt(bytes, offset);
  const b = wordAt(bytes, offset + 4);
  const c = wordAt(bytes, offset + 8);
  const d = wordAt(bytes, offset + 12);
  return a === 0 && b === 0 && c === MAPPED
    ? insideV4(v4, d ^ ORDER)
    : insideV6(v6, a ^ ORDER, b ^ ORDER, c ^ ORDER, d ^ ORDER);
};
