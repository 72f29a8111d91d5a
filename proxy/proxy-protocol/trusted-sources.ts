import { readIpv4, readIpv6 } from './address-text.ts';
import { isMappedIpv4 } from './header.ts';

interface Range {
  readonly address: Uint8Array;
  readonly bits: number;
  readonly isIpv4: boolean;
}

const rangeOf = (cidr: string): Range => {
  const [text = '', bits = ''] = cidr.split('/');
  const ascii = Buffer.from(text, 'latin1');
  const address = new Uint8Array(16);
  const isIpv4 = !text.includes(':');
  if (!(isIpv4 ? readIpv4 : readIpv6)(ascii, 0, ascii.length, address))
    throw new RangeError(`Cannot match "${cidr}": it is not a CIDR range`);
  return { address, bits: Number(bits) + (isIpv4 ? 96 : 0), isIpv4 };
};

const isWithin = ({ address, bits }: Range, bytes: Uint8Array, at: number): boolean => {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== address[i]) return false;
  const shift = 8 - (bits & 7);
  return shift === 8 || (bytes[at + whole] as number) >> shift === (address[whole] as number) >> shift;
};

/** Whether the address of 16 bytes at `at`, with IPv4 mapped to IPv6, is trusted. */
export type IsTrusted = (bytes: Uint8Array, at: number) => boolean;

/** Matches the ranges one by one: there are few. A range of IPv6 addresses, even `::/0`, has no IPv4 ones. */
export const trustedSources = (cidrs: readonly string[]): IsTrusted => {
  const ranges = cidrs.map(rangeOf);
  return (bytes, at) => {
    const isIpv4 = isMappedIpv4(bytes, at);
    for (const range of ranges) if (range.isIpv4 === isIpv4 && isWithin(range, bytes, at)) return true;
    return false;
  };
};
