import { v6Groups } from '../../../crds/ip-address.ts';

/** An address as one number, with its family. */
export interface NaiveAddress {
  readonly isV6: boolean;
  readonly value: bigint;
}

/** Reads a valid address. */
export const naiveAddress = (text: string): NaiveAddress => {
  const isV6 = text.includes(':');
  const groups = v6Groups(isV6 ? text : `::${text}`) ?? [];
  return { isV6, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) };
};

/** Whether one of the ranges has the address: each is compared, bit by bit. */
export const naiveContains = (cidrs: readonly string[]): ((address: NaiveAddress) => boolean) => {
  const ranges = cidrs.map((cidr) => {
    const [text = '', length] = cidr.split('/');
    const { isV6, value } = naiveAddress(text);
    const bits = isV6 ? 128 : 32;
    const hostBits = BigInt(bits - Number(length ?? bits));
    return { isV6, prefix: value >> hostBits, hostBits };
  });
  return ({ isV6, value }) =>
    ranges.some((range) => range.isV6 === isV6 && value >> range.hostBits === range.prefix);
};

/** The same for long lists: whether the prefix of the address is known, for each length that a range has. */
export const searchByLength = (cidrs: readonly string[]): ((address: NaiveAddress) => boolean) => {
  const prefixes = new Map<string, Set<bigint>>();
  const keyOf = (isV6: boolean, hostBits: bigint): string => `${isV6 ? 6 : 4} ${hostBits}`;
  for (const cidr of cidrs) {
    const [text = '', length] = cidr.split('/');
    const { isV6, value } = naiveAddress(text);
    const hostBits = BigInt((isV6 ? 128 : 32) - Number(length ?? (isV6 ? 128 : 32)));
    const known = prefixes.get(keyOf(isV6, hostBits)) ?? new Set();
    prefixes.set(keyOf(isV6, hostBits), known.add(value >> hostBits));
  }
  return ({ isV6, value }) => {
    for (let hostBits = 0n; hostBits <= (isV6 ? 128n : 32n); hostBits++)
      if (prefixes.get(keyOf(isV6, hostBits))?.has(value >> hostBits)) return true;
    return false;
  };
};

/** The 16 bytes of an address, with IPv4 mapped into IPv6. */
export const bytesOf = ({ isV6, value }: NaiveAddress): Uint8Array => {
  const whole = isV6 ? value : (0xffffn << 32n) | value;
  return Uint8Array.from({ length: 16 }, (_, i) => Number((whole >> BigInt(8 * (15 - i))) & 255n));
};

/** In the usual notation, not shortened. */
export const textOf = ({ isV6, value }: NaiveAddress): string =>
  isV6
    ? Array.from({ length: 8 }, (_, i) => ((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16)).join(':')
    : Array.from({ length: 4 }, (_, i) => (value >> BigInt(8 * (3 - i))) & 255n).join('.');
