import { addressKind, v6Groups } from './ip-address.ts';

/** An IPv4-mapped IPv6 address in its usual notation. */
const MAPPED = /^::[Ff]{4}:([0-9]+[.][0-9.]+)$/;

/** The IPv4 address of `::ffff:192.0.2.1`; any other text unchanged. */
export const unmapped = (text: string): string => MAPPED.exec(text)?.[1] ?? text;

/**
 * The canonical notation of an address (RFC 5952). An IPv4-mapped address, however written, becomes the IPv4
 * address. Text that is not an address is returned unchanged.
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

/** Lower-case hexadecimal with `::` for the longest run of zeros; of equally long runs, the first. */
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

/** Identity of an endpoint: two notations of one address are the same endpoint. */
export const endpointIdentity = ({
  address,
  port,
}: {
  readonly address: string;
  readonly port: number;
}): string => `${canonicalAddress(address)} ${port}`;
