import { BlockList, isIPv6 } from 'node:net';
import type { Entry } from './entry.ts';

/** Which entries are wanted; of each field any of the given values, if there are any. */
export interface Wanted {
  readonly listeners: readonly string[];
  readonly backends: readonly string[];
  readonly reasons: readonly string[];
  /** Addresses and CIDR ranges. */
  readonly sources: readonly string[];
}

/** Tells wanted entries from others. */
export const filterOf = ({ listeners, backends, reasons, sources }: Wanted): ((entry: Entry) => boolean) => {
  const ranges = new BlockList();
  for (const source of sources) {
    const [address = '', bits] = source.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) ranges.addAddress(address, family);
    else ranges.addSubnet(address, Number(bits), family);
  }
  const among = (all: readonly string[], one: string): boolean => all.length === 0 || all.includes(one);
  return ({ listener, backend, reason, client }) =>
    among(listeners, listener) &&
    among(backends, backend) &&
    among(reasons, reason) &&
    (sources.length === 0 || isIn(ranges, client));
};

/** `203.0.113.9:36206` or `[2001:db8::1]:36206`. */
const isIn = (ranges: BlockList, client: string): boolean => {
  const address = client.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return ranges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
};
