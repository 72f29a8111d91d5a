import { canonicalAddress, unmapped } from '../canonical-address.ts';
import { formatValue } from '../format-value.ts';
import { type AddressKind, addressKind } from '../ip-address.ts';

/** In CEL: the address; of an IPv4-mapped one the IPv4 address, as `unmapped` returns it. */
const CEL_UNMAPPED =
  "(self.address.matches('^::[fF]{4}:[0-9]+[.][0-9.]+$') ? self.address.substring(7) : self.address)";

/** In CEL: whether the field `address` is an IP address. */
export const CEL_IS_ADDRESS = `isIP(${CEL_UNMAPPED})`;

/**
 * What is wrong if `address` is not an IP address, otherwise undefined. `instead` says what to do with host
 * names.
 */
export const addressProblem = (address: string, instead = ''): string | undefined => {
  if (addressKind(unmapped(address)) !== 'none') return undefined;
  const meant = canonicalAddress(address);
  return meant === address
    ? `${formatValue(address)} is not an IP address; host names are not resolved${instead}`
    : `${formatValue(address)} is an IPv4-mapped address in a notation that Kubernetes does not accept: write ${meant}`;
};

/**
 * Patterns of addresses that are not those of a single machine, or that need an interface, which cannot be
 * named. CEL's own functions, or much longer patterns, would exceed the cost limit of a rule over all
 * endpoints. Other rules report text that is not an address, so it may match here.
 */
const MULTICAST_OR_BROADCAST = '255[.]255[.]255[.]255|2(2[4-9]|3[0-9])[.].*';
const V6_MULTICAST_OR_LINK_LOCAL = '[fF]([fF][^:]|[eE][89abAB])[^:]:.*';

/**
 * In CEL: whether the field `address` is multicast, broadcast or link-local, or an IPv4 address that matches
 * the pattern `also`.
 */
export const celIsNotUnicast = (also?: string): string => {
  const v4 = also === undefined ? MULTICAST_OR_BROADCAST : `${also}|${MULTICAST_OR_BROADCAST}`;
  return `self.address.matches('^((::[fF]{4}:)?(${v4})|${V6_MULTICAST_OR_LINK_LOCAL})$')`;
};

/** The kind of an address; of an IPv4-mapped one that of the IPv4 address. */
export const kindOf = (address: string): AddressKind => addressKind(unmapped(address));
