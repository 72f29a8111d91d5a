import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { AF_INET, AF_INET6 } from './sys.ts';

/** Size of the longest encoded address: sizeof(struct sockaddr_in6). */
export const SOCKET_ADDRESS_BYTES = 28;

/** Size of an encoded address of a family: sizeof(struct sockaddr_in) or sizeof(struct sockaddr_in6). */
export const lengthOf = (family: number): number => (family === AF_INET6 ? SOCKET_ADDRESS_BYTES : 16);

/** The sixteen bytes of an IPv6 address in network order; understands `::` and an embedded IPv4 tail. */
const ipv6Bytes = (address: string): number[] => {
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(canonical);
  const text = tail
    ? `${tail[1]}${((Number(tail[2]) << 8) | Number(tail[3])).toString(16)}:${((Number(tail[4]) << 8) | Number(tail[5])).toString(16)}`
    : canonical;
  const [left = '', right] = text.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const head = groups(left);
  const end = right === undefined ? [] : groups(right);
  const all = [...head, ...Array<number>(8 - head.length - end.length).fill(0), ...end];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
};

/**
 * Writes a struct sockaddr_in or sockaddr_in6 at `offset` and returns its length in bytes (16 or 28). Throws
 * a RangeError if `address` is not an IP address: addresses are validated where they enter the program.
 */
export const writeSocketAddress = (view: DataView, offset: number, address: string, port: number): number => {
  for (let i = 0; i < SOCKET_ADDRESS_BYTES; i++) view.setUint8(offset + i, 0);
  view.setUint16(offset + 2, port, false);
  if (isIPv4(address)) {
    view.setUint16(offset, AF_INET, true);
    for (const [i, part] of address.split('.').entries()) view.setUint8(offset + 4 + i, Number(part));
    return 16;
  }
  if (!isIPv6(address)) throw new RangeError(`Cannot encode "${address}": it is not an IP address`);
  view.setUint16(offset, AF_INET6, true);
  for (const [i, byte] of ipv6Bytes(address).entries()) view.setUint8(offset + 8 + i, byte);
  return SOCKET_ADDRESS_BYTES;
};

/** The bytes that identify an encoded address: family, port and the address itself. */
const SIGNIFICANT_BYTES = {
  ipv4: [[0, 8]],
  ipv6: [
    [0, 4],
    [8, 24],
  ],
} as const;

/**
 * Compares two encoded addresses, at offset `a` of `one` and offset `b` of `other`: true if address and port
 * are equal.
 */
export const isSameAddress = (one: Uint8Array, a: number, other: Uint8Array, b: number): boolean => {
  const isIpv4 = one[a] === AF_INET;
  for (const [from, to] of isIpv4 ? SIGNIFICANT_BYTES.ipv4 : SIGNIFICANT_BYTES.ipv6)
    for (let i = from; i < to; i++) if (one[a + i] !== other[b + i]) return false;
  return true;
};

/**
 * Copies the address from a struct sockaddr_in or sockaddr_in6 that the kernel wrote to sixteen bytes of
 * `to`, with IPv4 mapped to IPv6 (::ffff:a.b.c.d), and returns the port.
 */
export const readSocketAddress = (from: Uint8Array, to: Uint8Array, at: number): number => {
  const family = (from[0] as number) | ((from[1] as number) << 8);
  if (family === AF_INET6) for (let i = 0; i < 16; i++) to[at + i] = from[8 + i] as number;
  else {
    to.fill(0, at, at + 10);
    to[at + 10] = 0xff;
    to[at + 11] = 0xff;
    for (let i = 0; i < 4; i++) to[at + 12 + i] = from[4 + i] as number;
  }
  return ((from[2] as number) << 8) | (from[3] as number);
};
