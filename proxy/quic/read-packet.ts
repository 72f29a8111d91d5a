import { type Layout, layoutOf, MOST_ID_BYTES, type PacketType } from './versions.ts';

/**
 * What the first packet of a datagram is. 'Short': all after the handshake, of every version. 'Other': a long
 * header of a version that is not known, so that its type is not either. 'Malformed': no version allows it.
 */
export type Packet = 'Short' | PacketType | 'VersionNegotiation' | 'Other' | 'Malformed';

/**
 * Where a packet's connection IDs are. A reader fills it in, so that reading allocates nothing. A short
 * header does not tell how long its ID is: `destinationLength` then are all bytes that may be part of it, and
 * there is no source.
 */
export interface PacketIds {
  destinationAt: number;
  destinationLength: number;
  sourceAt: number;
  sourceLength: number;
}

export const emptyIds = (): PacketIds => ({
  destinationAt: 0,
  destinationLength: 0,
  sourceAt: 0,
  sourceLength: 0,
});

/** First byte of a long header (RFC 8999, section 5.1). */
const LONG = 0x80;

/** Whether a packet that begins with this byte has a long header; otherwise it has a short one. */
export const isLong = (first: number): boolean => (first & LONG) !== 0;

const VERSION_AT = 1;
const LENGTHS_AT = 5;

/** What `readVarint` has read. */
let varint = 0;

/** Offset behind the integer of variable length at `at`, or -1 if that is cut off. */
const readVarint = (bytes: Uint8Array, at: number, end: number): number => {
  if (at >= end) return -1;
  const first = bytes[at] as number;
  const next = at + (1 << (first >> 6));
  if (next > end) return -1;
  let value = first & 0x3f;
  for (let i = at + 1; i < next; i++) value = value * 256 + (bytes[i] as number);
  varint = value;
  return next;
};
/** Whether what follows the connection IDs is as long as the header says. */
const isWhole = (bytes: Uint8Array, at: number, end: number, type: PacketType, layout: Layout): boolean => {
  if (type === 'Retry') return end - at > layout.retryTagBytes;
  let from = at;
  if (type === 'Initial') {
    from = readVarint(bytes, at, end);
    if (from < 0 || varint > end - from) return false;
    from += varint;
  }
  from = readVarint(bytes, from, end);
  return from >= 0 && varint >= layout.leastBytes && varint <= end - from;
};

/**
 * Reads the first packet of the datagram from `at` to `end`. Others that are coalesced with it have the same
 * destination (RFC 9000, section 12.2). That the bytes are of QUIC at all is not sure: a short header has
 * hardly any redundancy, and none of it is the same for all versions.
 */
export const readPacket = (bytes: Uint8Array, at: number, end: number, ids: PacketIds): Packet => {
  if (at >= end) return 'Malformed';
  const first = bytes[at] as number;
  if (!isLong(first)) {
    ids.destinationAt = at + 1;
    ids.destinationLength = Math.min(MOST_ID_BYTES, end - at - 1);
    ids.sourceLength = 0;
    return 'Short';
  }
  // Each ID is preceded by its length.
  if (end - at < LENGTHS_AT + 2) return 'Malformed';
  const destinationAt = at + LENGTHS_AT + 1;
  const sourceAt = destinationAt + (bytes[destinationAt - 1] as number) + 1;
  if (sourceAt > end) return 'Malformed';
  const sourceEnd = sourceAt + (bytes[sourceAt - 1] as number);
  if (sourceEnd > end) return 'Malformed';
  ids.destinationAt = destinationAt;
  ids.destinationLength = sourceAt - 1 - destinationAt;
  ids.sourceAt = sourceAt;
  ids.sourceLength = sourceEnd - sourceAt;
  const version = readVersion(bytes, at + VERSION_AT);
  if (version === 0)
    return sourceEnd < end && (end - sourceEnd) % 4 === 0 ? 'VersionNegotiation' : 'Malformed';
  const layout = layoutOf(version);
  if (layout === undefined) return 'Other';
  if (ids.destinationLength > MOST_ID_BYTES || ids.sourceLength > MOST_ID_BYTES) return 'Malformed';
  const type = layout.types[(first >> 4) & 3] as PacketType;
  return isWhole(bytes, sourceEnd, end, type, layout) ? type : 'Malformed';
};

const readVersion = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;
