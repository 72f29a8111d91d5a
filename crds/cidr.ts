import { canonicalAddress } from './canonical-address.ts';
import { formatValue } from './format-value.ts';
import { addressKind, v6Groups } from './ip-address.ts';

const LENGTH = /^(0|[1-9][0-9]{0,2})$/;
const isV6 = (address: string): boolean => address.includes(':');

/** Whether Kubernetes accepts the text as a CIDR range of IPv4 or IPv6 addresses, such as `10.0.0.0/8`. */
export const isCidr = (text: string): boolean => {
  const [address = '', bits = '', ...more] = text.split('/');
  return (
    more.length === 0 &&
    addressKind(address) !== 'none' &&
    LENGTH.test(bits) &&
    Number(bits) <= (isV6(address) ? 128 : 32)
  );
};

/**
 * What is wrong, and what to write, if `text` is neither a CIDR range nor an address alone. Stricter than
 * `isCidr`, and like the newer APIs of Kubernetes: bits beyond the prefix are refused, because it is unclear
 * whether the range or the one address is meant.
 */
export const cidrProblem = (text: string): string | undefined => {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const canonical = canonicalAddress(address);
  if (isV6(address) && addressKind(address) === 'none' && !isV6(canonical) && canonical !== address)
    return `${formatValue(text)} is IPv4-mapped: write it as IPv4, such as ${canonical}`;
  const bits = isV6(address) ? 128 : 32;
  if (!isCidr(slash < 0 ? `${text}/${bits}` : text))
    return `${formatValue(text)} is neither an address nor a CIDR range: write an address, or an address, "/" and a prefix length, such as 192.0.2.1, 10.0.0.0/8 or fd00::/8`;
  const length = slash < 0 ? bits : Number(text.slice(slash + 1));
  const first = firstAddress(address, length);
  if (canonical === first) return undefined;
  return `${formatValue(text)} has bits beyond its prefix length: write ${first}/${length} for the whole range, or ${canonical} for the one address`;
};

/** The first address of the range of `length` bits that `address` is in. */
const firstAddress = (address: string, length: number): string => {
  const isIPv6 = isV6(address);
  const bits = isIPv6 ? length : length + 96;
  // The last two groups of an IPv6 address may be written as IPv4, so these are the groups of both families.
  const groups = (v6Groups(isIPv6 ? address : `::${address}`) ?? []).map((group, i) => {
    const prefixBits = Math.min(16, Math.max(0, bits - i * 16));
    return group & ~(0xffff >> prefixBits);
  });
  if (isIPv6) return canonicalAddress(groups.map((group) => group.toString(16)).join(':'));
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
};
