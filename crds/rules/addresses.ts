import { canonicalAddress, unmapped } from '../canonical-address.ts';
import { type AddressKind, addressKind } from '../ip-address.ts';
import { show } from '../words.ts';

/** In CEL: the address, of IPv4 written as IPv6 the IPv4 address, as `unmapped` has it. */
const CEL_UNMAPPED =
  "(self.address.matches('^::[fF]{4}:[0-9]+[.][0-9.]+$') ? self.address.substring(7) : self.address)";

/** In CEL: whether the field `address` is an IP address. */
export const CEL_IS_ADDRESS = `isIP(${CEL_UNMAPPED})`;

/** Why `address` is none, in words; undefined where it is one. `instead` says what names are for. */
export const whyNoAddress = (address: string, instead = ''): string | undefined => {
  if (addressKind(unmapped(address)) !== 'none') return undefined;
  const meant = canonicalAddress(address);
  return meant === address
    ? `${show(address)} is not an IP address; host names are not resolved${instead}`
    : `${show(address)} is not an IP address to Kubernetes, but IPv4 written as IPv6: write ${meant}`;
};

/**
 * Patterns of addresses that are no single machine's, or of one interface that cannot be named. Cheaper than
 * to ask CEL's own functions, which would exceed what a rule over all endpoints may cost; so would much
 * longer patterns. What is no address need not be told apart here.
 */
const MULTICAST_OR_BROADCAST = '255[.]255[.]255[.]255|2(2[4-9]|3[0-9])[.].*';
const V6_MULTICAST_OR_LINK_LOCAL = '[fF]([fF][^:]|[eE][89abAB])[^:]:.*';

/**
 * In CEL: whether the field `address` is multicast, broadcast or link-local, or the IPv4 address of the
 * pattern `also`.
 */
export const celIsNoOnes = (also?: string): string => {
  const v4 = also === undefined ? MULTICAST_OR_BROADCAST : `${also}|${MULTICAST_OR_BROADCAST}`;
  return `self.address.matches('^((::[fF]{4}:)?(${v4})|${V6_MULTICAST_OR_LINK_LOCAL})$')`;
};

/** The kind of an address, of IPv4 written as IPv6 that of the IPv4 address. */
export const kindOf = (address: string): AddressKind => addressKind(unmapped(address));
