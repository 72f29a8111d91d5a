import { mapIpv4 } from './header.ts';

const DOT = 0x2e;
const COLON = 0x3a;

/** The number that the decimal digits from `from` to `to` write, without leading zeros; -1 if they do not. */
export const readDecimal = (bytes: Uint8Array, from: number, to: number, most: number): number => {
  if (from >= to || (bytes[from] === 0x30 && to > from + 1)) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > most) return -1;
  }
  return value;
};

const hexDigit = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
};

/** Index of `wanted` from `from` on, or `to`. */
const find = (bytes: Uint8Array, wanted: number, from: number, to: number): number => {
  let i = from;
  while (i < to && bytes[i] !== wanted) i++;
  return i;
};

/** Writes the four bytes of an IPv4 address that is text from `from` to `to`; false if it is none. */
const readFourParts = (
  bytes: Uint8Array,
  from: number,
  to: number,
  into: Uint8Array,
  at: number,
): boolean => {
  let start = from;
  for (let part = 0; part < 4; part++) {
    const end = part === 3 ? to : find(bytes, DOT, start, to);
    if (part < 3 && end === to) return false;
    const value = readDecimal(bytes, start, end, 255);
    if (value < 0) return false;
    into[at + part] = value;
    start = end + 1;
  }
  return true;
};

/** Reads an IPv4 address and writes it to the 16 bytes of `into`, mapped to IPv6; false if it is none. */
export const readIpv4 = (bytes: Uint8Array, from: number, to: number, into: Uint8Array): boolean => {
  mapIpv4(into, 0);
  return readFourParts(bytes, from, to, into, 12);
};

/** Writes the two bytes of a group of one to four hexadecimal digits; false if it is none. */
const readGroup = (bytes: Uint8Array, from: number, to: number, into: Uint8Array, at: number): boolean => {
  if (from === to || to - from > 4) return false;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = hexDigit(bytes[i] as number);
    if (digit < 0) return false;
    value = value * 16 + digit;
  }
  into[at] = value >> 8;
  into[at + 1] = value & 0xff;
  return true;
};

/**
 * Reads an IPv6 address, also with `::` and with a tail written as IPv4, and writes its 16 bytes to `into`;
 * false if it is none.
 */
export const readIpv6 = (bytes: Uint8Array, from: number, to: number, into: Uint8Array): boolean => {
  let filled = 0;
  /** Where `::` is, in bytes of the address. */
  let gap = -1;
  let start = from;
  if (bytes[from] === COLON) {
    if (to - from < 2 || bytes[from + 1] !== COLON) return false;
    gap = 0;
    start = from + 2;
  }
  while (start < to) {
    const end = find(bytes, COLON, start, to);
    if (end === to && find(bytes, DOT, start, to) < to) {
      if (filled > 12 || !readFourParts(bytes, start, to, into, filled)) return false;
      filled += 4;
      break;
    }
    if (filled > 14 || !readGroup(bytes, start, end, into, filled)) return false;
    filled += 2;
    if (end === to) break;
    start = end + 1;
    if (start === to) return false; // it ends with a single colon
    if (bytes[start] === COLON) {
      if (gap >= 0) return false;
      gap = filled;
      start++;
    }
  }
  if (gap < 0) return filled === 16;
  if (filled > 14) return false; // `::` stands for at least one group
  into.copyWithin(16 - (filled - gap), gap, filled);
  into.fill(0, gap, 16 - (filled - gap));
  return true;
};
