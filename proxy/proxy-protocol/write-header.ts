import { crc32c } from './crc32c.ts';
import {
  type Header,
  IPV4_ADDRESS_BYTES,
  IPV6_ADDRESS_BYTES,
  isMappedIpv4,
  TLV_CRC32C,
  TLV_HEAD_BYTES,
  TLV_UNIQUE_ID,
  V2_HEAD_BYTES,
  V2_LOCAL,
  V2_PROXY,
  V2_SIGNATURE,
} from './header.ts';

/** Bytes of a unique ID. */
export const UNIQUE_ID_BYTES = 16;

/** The longest header that is written, but for `more`: version 2, over IPv6, with every other TLV. */
export const MOST_WRITTEN_BYTES =
  V2_HEAD_BYTES + IPV6_ADDRESS_BYTES + TLV_HEAD_BYTES + 4 + TLV_HEAD_BYTES + UNIQUE_ID_BYTES;

/** What a header of version 2 has besides the addresses. */
export interface V2Content {
  readonly transport: 'Stream' | 'Datagram';
  /** Whether it has a checksum. */
  readonly checksum: boolean;
  /** UNIQUE_ID_BYTES bytes; undefined for none. */
  readonly uniqueId: Uint8Array | undefined;
  /** Other TLVs, as they are written; undefined for none. */
  readonly more?: Uint8Array | undefined;
}

const FAMILY_IPV4 = 0x10;
const FAMILY_IPV6 = 0x20;
const TRANSPORTS = { Stream: 1, Datagram: 2 } as const;

const putUint16 = (to: Uint8Array, at: number, value: number): void => {
  to[at] = value >> 8;
  to[at + 1] = value & 0xff;
};

/** Writes what every header of version 2 begins with, for a header of `length` bytes. */
const putHead = (to: Uint8Array, command: number, kind: number, length: number): void => {
  to.set(V2_SIGNATURE);
  to[12] = command;
  to[13] = kind;
  putUint16(to, 14, length - V2_HEAD_BYTES);
};

/** Both addresses, from byte `skip` of each on, and both ports; returns the offset behind them. */
const putAddresses = (to: Uint8Array, header: Header, skip: 0 | 12): number => {
  let at = V2_HEAD_BYTES;
  for (let i = skip; i < 16; i++) to[at++] = header.source[i] as number;
  for (let i = skip; i < 16; i++) to[at++] = header.destination[i] as number;
  putUint16(to, at, header.sourcePort);
  putUint16(to, at + 2, header.destinationPort);
  return at + 4;
};

/**
 * Writes a header of version 2 to the start of `to` and returns its length. It is of IPv4 if both addresses
 * are, otherwise of IPv6, in which an IPv4 address is mapped.
 */
export const writeV2 = (
  to: Uint8Array,
  header: Header,
  { transport, checksum, uniqueId, more }: V2Content,
): number => {
  const isIpv4 = isMappedIpv4(header.source, 0) && isMappedIpv4(header.destination, 0);
  const length =
    V2_HEAD_BYTES +
    (isIpv4 ? IPV4_ADDRESS_BYTES : IPV6_ADDRESS_BYTES) +
    (checksum ? TLV_HEAD_BYTES + 4 : 0) +
    (uniqueId === undefined ? 0 : TLV_HEAD_BYTES + UNIQUE_ID_BYTES) +
    (more === undefined ? 0 : more.length);
  putHead(to, V2_PROXY, (isIpv4 ? FAMILY_IPV4 : FAMILY_IPV6) | TRANSPORTS[transport], length);
  let at = putAddresses(to, header, isIpv4 ? 12 : 0);
  if (uniqueId !== undefined) {
    to[at] = TLV_UNIQUE_ID;
    putUint16(to, at + 1, UNIQUE_ID_BYTES);
    to.set(uniqueId, at + TLV_HEAD_BYTES);
    at += TLV_HEAD_BYTES + UNIQUE_ID_BYTES;
  }
  if (more !== undefined) {
    to.set(more, at);
    at += more.length;
  }
  if (checksum) {
    const value = at + TLV_HEAD_BYTES;
    to[at] = TLV_CRC32C;
    putUint16(to, at + 1, 4);
    const crc = crc32c(to, length, value);
    putUint16(to, value, crc >>> 16);
    putUint16(to, value + 2, crc & 0xffff);
  }
  return length;
};

/** Writes the header of version 2 of a connection that is the sender's own, and returns its length. */
export const writeV2Local = (to: Uint8Array): number => {
  putHead(to, V2_LOCAL, 0, V2_HEAD_BYTES);
  return V2_HEAD_BYTES;
};

const DIGIT_0 = 0x30;
const LETTER_A = 0x61;
const SPACE = 0x20;
const DOT = 0x2e;
const COLON = 0x3a;

const putText = (to: Uint8Array, at: number, text: string): number => {
  for (let i = 0; i < text.length; i++) to[at + i] = text.charCodeAt(i);
  return at + text.length;
};

const putDecimal = (to: Uint8Array, at: number, value: number): number => {
  const next = value < 10 ? at : putDecimal(to, at, Math.floor(value / 10));
  to[next] = DIGIT_0 + (value % 10);
  return next + 1;
};

const putHex = (to: Uint8Array, at: number, value: number): number => {
  const next = value < 16 ? at : putHex(to, at, value >> 4);
  const digit = value & 15;
  to[next] = digit < 10 ? DIGIT_0 + digit : LETTER_A + digit - 10;
  return next + 1;
};

const putIpv4 = (to: Uint8Array, at: number, address: Uint8Array): number => {
  let next = at;
  for (let i = 12; i < 16; i++) {
    if (i > 12) to[next++] = DOT;
    next = putDecimal(to, next, address[i] as number);
  }
  return next;
};

const groupAt = (address: Uint8Array, group: number): number =>
  ((address[2 * group] as number) << 8) | (address[2 * group + 1] as number);

/** How many groups from `group` on are zero. */
const zerosFrom = (address: Uint8Array, group: number): number => {
  let end = group;
  while (end < 8 && groupAt(address, end) === 0) end++;
  return end - group;
};

/**
 * As in RFC 5952, because servers pass the text on as it is: `::` stands for the first of the longest runs of
 * two or more zero groups.
 */
const putIpv6 = (to: Uint8Array, at: number, address: Uint8Array): number => {
  let gap = -1;
  let gapLength = 1;
  for (let group = 0; group < 8; group++) {
    const zeros = zerosFrom(address, group);
    if (zeros <= gapLength) continue;
    gap = group;
    gapLength = zeros;
  }
  let next = at;
  for (let group = 0; group < 8; group++) {
    if (group === gap) {
      to[next++] = COLON;
      // The colon behind the group before it is the first one.
      if (group === 0) to[next++] = COLON;
      group += gapLength - 1;
      continue;
    }
    next = putHex(to, next, groupAt(address, group));
    if (group < 7) to[next++] = COLON;
  }
  return next;
};

/** Writes a header of version 1 to the start of `to` and returns its length. */
export const writeV1 = (to: Uint8Array, header: Header): number => {
  const isIpv4 = isMappedIpv4(header.source, 0) && isMappedIpv4(header.destination, 0);
  const putAddress = isIpv4 ? putIpv4 : putIpv6;
  let at = putText(to, 0, isIpv4 ? 'PROXY TCP4 ' : 'PROXY TCP6 ');
  at = putAddress(to, at, header.source);
  to[at] = SPACE;
  at = putAddress(to, at + 1, header.destination);
  to[at] = SPACE;
  at = putDecimal(to, at + 1, header.sourcePort);
  to[at] = SPACE;
  at = putDecimal(to, at + 1, header.destinationPort);
  return putText(to, at, '\r\n');
};

/** Writes the header of version 1 of a connection that is the sender's own, and returns its length. */
export const writeV1Unknown = (to: Uint8Array): number => putText(to, 0, 'PROXY UNKNOWN\r\n');
