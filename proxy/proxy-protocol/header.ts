/** Versions of the PROXY protocol: text, and binary. */
export type Version = 'V1' | 'V2';

/**
 * What a PROXY header says. A reader fills it in, so that reading allocates nothing. Addresses have 16 bytes,
 * with IPv4 mapped to IPv6.
 */
export interface Header {
  /** Bytes of the header itself; what follows is the client's. */
  length: number;
  readonly source: Uint8Array;
  sourcePort: number;
  readonly destination: Uint8Array;
  destinationPort: number;
}

/** What the bytes that have come so far are. Only with 'Named' does the header have addresses. */
export type Reading =
  /** The beginning of a header. */
  | 'NeedMore'
  /** No header of the version asked for. */
  | 'Missing'
  | 'Malformed'
  /** A header that is longer than is accepted. */
  | 'TooLong'
  /** A header that names no client: the connection is of who sent it, or of a kind that has no address. */
  | 'Unnamed'
  | 'Named';

export const emptyHeader = (): Header => ({
  length: 0,
  source: new Uint8Array(16),
  sourcePort: 0,
  destination: new Uint8Array(16),
  destinationPort: 0,
});

/** First bytes of a header of version 2. */
export const V2_SIGNATURE: Uint8Array = Uint8Array.of(
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
);
/** Bytes of a header of version 2 before its addresses; the last two give the length of what follows. */
export const V2_HEAD_BYTES = 16;
/** Version and command. */
export const V2_LOCAL = 0x20;
export const V2_PROXY = 0x21;
/** Address family and transport, and the bytes that such addresses take. */
export const TCP_OVER_IPV4 = 0x11;
export const TCP_OVER_IPV6 = 0x21;
export const IPV4_ADDRESS_BYTES = 12;
export const IPV6_ADDRESS_BYTES = 36;
export const UNIX_ADDRESS_BYTES = 216;
/** Types of TLVs, which follow the addresses: type, two bytes of length, value. */
export const TLV_CRC32C = 0x03;
export const TLV_UNIQUE_ID = 0x05;
export const TLV_HEAD_BYTES = 3;

/** Marks an IPv4 address in 16 bytes. */
export const mapIpv4 = (to: Uint8Array, at: number): void => {
  to.fill(0, at, at + 10);
  to[at + 10] = 0xff;
  to[at + 11] = 0xff;
};

/** Whether the 16 bytes at `at` are a mapped IPv4 address. */
export const isMappedIpv4 = (bytes: Uint8Array, at: number): boolean => {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff;
};
