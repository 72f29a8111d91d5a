import type { AddressSet } from './address-set.ts';
import { type BoundaryIndex, ORDER } from './boundary-index.ts';

/** The range of a set that contains an address. Neighbouring ranges of the configuration are one here. */
export interface ContainingRange {
  /** 16 bytes each, IPv4 mapped into IPv6. */
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** The prefix length if the range is all of a CIDR range; undefined otherwise. */
  readonly prefix: number | undefined;
}

const WORD = 2n ** 32n;
/** What stands above an IPv4 address that is mapped into IPv6. */
const MAPPED = 0xffffn * WORD;

const unsigned = (word: number): bigint => BigInt((word ^ ORDER) >>> 0);

/** All boundaries, as integers of 32 bits for IPv4, of 128 for IPv6. */
const boundaryAt = ({ high, low }: BoundaryIndex, at: number, isV4: boolean): bigint => {
  if (isV4) return unsigned(high[at] as number);
  const words = [high[at * 2], high[at * 2 + 1], ...(low.length === 0 ? [] : [low[at * 2], low[at * 2 + 1]])];
  const value = words.reduce<bigint>((sum, word) => sum * WORD + unsigned(word as number), 0n);
  return low.length === 0 ? value * WORD * WORD : value;
};

const bytesOf = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 0xffn));

const integerOf = (bytes: Uint8Array, at: number): bigint =>
  bytes.subarray(at, at + 16).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

/**
 * The range of `set` that contains the address at `offset`, which `contains` has found in it; undefined if
 * none does. For people: it takes as many steps as there are bits in the number of ranges.
 */
export const containingRange = (
  { v4, v6 }: AddressSet,
  bytes: Uint8Array,
  offset: number,
): ContainingRange | undefined => {
  const whole = integerOf(bytes, offset);
  const isV4 = whole / WORD === 0xffffn;
  const address = isV4 ? whole % WORD : whole;
  const index = isV4 ? v4 : v6;
  const count = index.high.length / (isV4 ? 1 : 2);
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (boundaryAt(index, middle, isV4) <= address) from = middle + 1;
    else to = middle;
  }
  // An odd number of boundaries is not above an address inside: the last of them begins its range.
  if (from % 2 === 0) return undefined;
  const bits = isV4 ? 32 : 128;
  const first = boundaryAt(index, from - 1, isV4);
  const end = from < count ? boundaryAt(index, from, isV4) : 2n ** BigInt(bits);
  const size = end - first;
  const hostBits = size.toString(2).length - 1;
  const isCidr = size === 2n ** BigInt(hostBits) && first % size === 0n;
  const map = (value: bigint): Uint8Array => bytesOf(isV4 ? value + MAPPED : value);
  return { first: map(first), last: map(end - 1n), prefix: isCidr ? bits - hostBits : undefined };
};
