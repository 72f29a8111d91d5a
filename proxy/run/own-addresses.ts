import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

type Family = 'ipv4' | 'ipv6';
const familyOf = (address: string): Family => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Returns a function that recognises the current addresses of this machine or pod, in any spelling. */
export const ownAddresses = (interfaces = networkInterfaces()): ((address: string) => boolean) => {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8);
  for (const { address } of Object.values(interfaces).flatMap((all) => all ?? []))
    own.addAddress(address, familyOf(address));
  return (address) => own.check(address, familyOf(address));
};
