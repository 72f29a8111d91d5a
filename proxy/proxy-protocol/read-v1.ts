import { readDecimal, readIpv4, readIpv6 } from './address-text.ts';
import type { Header, Reading } from './header.ts';

/** The longest header of version 1 that the specification allows, with its line end. */
export const V1_MOST_BYTES = 107;

const text = (ascii: string): Uint8Array => Uint8Array.from(Buffer.from(ascii, 'latin1'));

const PREFIX = text('PROXY ');
const TCP4 = text('TCP4 ');
const TCP6 = text('TCP6 ');
const UNKNOWN = text('UNKNOWN');
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

const hasAt = (bytes: Uint8Array, at: number, wanted: Uint8Array): boolean => {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
};

const spaceFrom = (bytes: Uint8Array, from: number, to: number): number => {
  let i = from;
  while (i < to && bytes[i] !== SPACE) i++;
  return i;
};

/** Reads `SOURCE DESTINATION PORT PORT` into `header`; false if something else is from `from` to `to`. */
const readAddresses = (
  bytes: Uint8Array,
  from: number,
  to: number,
  header: Header,
  readAddress: typeof readIpv4,
): boolean => {
  const source = spaceFrom(bytes, from, to);
  const destination = spaceFrom(bytes, source + 1, to);
  const sourcePort = spaceFrom(bytes, destination + 1, to);
  if (!readAddress(bytes, from, source, header.source)) return false;
  if (!readAddress(bytes, source + 1, destination, header.destination)) return false;
  header.sourcePort = readDecimal(bytes, destination + 1, sourcePort, 65_535);
  header.destinationPort = readDecimal(bytes, sourcePort + 1, to, 65_535);
  return header.sourcePort >= 0 && header.destinationPort >= 0;
};

/**
 * Reads a header of version 1 from the first `length` bytes. Nothing but a whole line is looked into, as the
 * specification demands, except that bytes that begin no header are refused at once.
 */
export const readV1 = (bytes: Uint8Array, length: number, header: Header): Reading => {
  for (let i = 0; i < Math.min(length, PREFIX.length); i++) if (bytes[i] !== PREFIX[i]) return 'Missing';
  const most = Math.min(length, V1_MOST_BYTES);
  let end = PREFIX.length;
  while (end < most && bytes[end] !== LINE_FEED) end++;
  if (end >= most) return length >= V1_MOST_BYTES ? 'TooLong' : 'NeedMore';
  header.length = end + 1;
  const lineEnd = end - 1;
  if (bytes[lineEnd] !== CARRIAGE_RETURN) return 'Malformed';
  const at = PREFIX.length;
  // Whatever follows is to be ignored.
  if (hasAt(bytes, at, UNKNOWN)) {
    const next = at + UNKNOWN.length;
    return next === lineEnd || bytes[next] === SPACE ? 'Unnamed' : 'Malformed';
  }
  const readAddress = hasAt(bytes, at, TCP4) ? readIpv4 : hasAt(bytes, at, TCP6) ? readIpv6 : undefined;
  if (readAddress === undefined) return 'Malformed';
  return readAddresses(bytes, at + TCP4.length, lineEnd, header, readAddress) ? 'Named' : 'Malformed';
};
