import { addressKind, v6Groups } from './ip-address.ts';

/** IPv4 written as IPv6, the usual way. */
const MAPPED = /^::[Ff]{4}:([0-9]+[.][0-9.]+)$/;

/** The IPv4 address that `::ffff:192.0.2.1` stands for; any other text as it is. */
export const unmapped = (text: string): string => MAPPED.exec(text)?.[1] ?? text;

/**
 * The one spelling of an address that RFC 5952 recommends, and of IPv4 written as IPv6, whatever way, the
 * IPv4 address. Text that is no address stays as it is.
 */
export const canonicalAddress = (text: string): string => {
  const plain = unmapped(text);
  if (!plain.includes(':')) return addressKind(plain) === 'none' ? text : plain;
  const groups = v6Groups(plain);
  if (groups === undefined) return text;
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : compressed(groups);
};

/** Hexadecimal, in lower case, with `::` for the longest run of zeros, the first of equals. */
const compressed = (groups: readonly number[]): string => {
  let longest = { at: 0, length: 1 };
  for (let at = 0; at < groups.length; at++) {
    const end = groups.findIndex((group, i) => i >= at && group !== 0);
    const length = (end < 0 ? groups.length : end) - at;
    if (length > longest.length) longest = { at, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (longest.length < 2) return hex(groups);
  return `${hex(groups.slice(0, longest.at))}::${hex(groups.slice(longest.at + longest.length))}`;
};

/** What tells endpoints apart: two spellings of one address are one endpoint. */
export const endpointIdentity = ({
  address,
  port,
}: {
  readonly address: string;
  readonly port: number;
}): string => `${canonicalAddress(address)} ${port}`;
