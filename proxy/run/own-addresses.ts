import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

type Family = 'ipv4' | 'ipv6';
const familyOf = (address: string): Family => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Tells this machine's (or pod's) own addresses, as they are now, from others; however they are written. */
export const ownAddresses = (interfaces = networkInterfaces()): ((address: string) => boolean) => {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8);
  for (const { address } of Object.values(interfaces).flatMap((all) => all ?? []))
    own.addAddress(address, familyOf(address));
  return (address) => own.check(address, familyOf(address));
};
