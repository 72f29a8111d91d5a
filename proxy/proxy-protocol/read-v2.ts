import { crc32c } from './crc32c.ts';
import {
  type Header,
  IPV4_ADDRESS_BYTES,
  IPV6_ADDRESS_BYTES,
  mapIpv4,
  type Reading,
  TCP_OVER_IPV4,
  TCP_OVER_IPV6,
  TLV_CRC32C,
  TLV_HEAD_BYTES,
  UNIX_ADDRESS_BYTES,
  V2_HEAD_BYTES,
  V2_LOCAL,
  V2_PROXY,
  V2_SIGNATURE,
} from './header.ts';

/**
 * The longest header of version 2 that is accepted. The protocol would allow 64 KiB; real ones have some
 * hundred bytes, or a few thousand with a client's certificate.
 */
export const V2_MOST_BYTES = 16_384;

const FAMILY = { Unspecified: 0, Ipv4: 1, Ipv6: 2, Unix: 3 } as const;
/** Transports are unspecified, stream and datagram. */
const MOST_TRANSPORT = 2;

const uint16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);

/**
 * Whether the bytes from `from` to `to` are whole TLVs, and the header's checksum, if there is one, is right.
 * TLVs of other types are passed over.
 */
const hasSoundTlvs = (bytes: Uint8Array, from: number, to: number): boolean => {
  let at = from;
  while (at < to) {
    if (to - at < TLV_HEAD_BYTES) return false;
    const value = at + TLV_HEAD_BYTES;
    const length = uint16(bytes, at + 1);
    if (to - value < length) return false;
    if (bytes[at] === TLV_CRC32C)
      if (length !== 4 || uint32(bytes, value) !== crc32c(bytes, to, value)) return false;
    at = value + length;
  }
  return true;
};

const copyAddresses = (bytes: Uint8Array, header: Header, addressBytes: 4 | 16): void => {
  const pad = 16 - addressBytes;
  const from = V2_HEAD_BYTES;
  if (addressBytes === 4) {
    mapIpv4(header.source, 0);
    mapIpv4(header.destination, 0);
  }
  for (let i = 0; i < addressBytes; i++) {
    header.source[pad + i] = bytes[from + i] as number;
    header.destination[pad + i] = bytes[from + addressBytes + i] as number;
  }
  header.sourcePort = uint16(bytes, from + 2 * addressBytes);
  header.destinationPort = uint16(bytes, from + 2 * addressBytes + 2);
};

/** Bytes that the addresses of a family take; undefined if it is unknown. */
const addressBytesOf = (family: number): number | undefined => {
  switch (family) {
    case FAMILY.Ipv4:
      return IPV4_ADDRESS_BYTES;
    case FAMILY.Ipv6:
      return IPV6_ADDRESS_BYTES;
    case FAMILY.Unix:
      return UNIX_ADDRESS_BYTES;
    default:
      return undefined;
  }
};

/**
 * Reads a header of version 2 from the first `length` bytes. What is wrong is refused as soon as it is seen.
 */
export const readV2 = (bytes: Uint8Array, length: number, header: Header): Reading => {
  const signature = Math.min(length, V2_SIGNATURE.length);
  for (let i = 0; i < signature; i++) if (bytes[i] !== V2_SIGNATURE[i]) return 'Missing';
  if (length < V2_HEAD_BYTES) return 'NeedMore';
  const command = bytes[12] as number;
  if (command !== V2_LOCAL && command !== V2_PROXY) return 'Malformed';
  const end = V2_HEAD_BYTES + uint16(bytes, 14);
  if (end > V2_MOST_BYTES) return 'TooLong';
  if (length < end) return 'NeedMore';
  header.length = end;
  // Of a local connection the whole block is to be ignored, with its family.
  if (command === V2_LOCAL) return 'Unnamed';
  const kind = bytes[13] as number;
  const family = kind >> 4;
  if ((kind & 0xf) > MOST_TRANSPORT) return 'Malformed';
  if (family === FAMILY.Unspecified) return 'Unnamed';
  const addressBytes = addressBytesOf(family);
  const tlvs = V2_HEAD_BYTES + (addressBytes ?? 0);
  if (addressBytes === undefined || tlvs > end || !hasSoundTlvs(bytes, tlvs, end)) return 'Malformed';
  // What is not a TCP connection has no address that would mean something here.
  if (kind !== TCP_OVER_IPV4 && kind !== TCP_OVER_IPV6) return 'Unnamed';
  copyAddresses(bytes, header, kind === TCP_OVER_IPV4 ? 4 : 16);
  return 'Named';
};
