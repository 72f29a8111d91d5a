/**
 * The two messages of grpc.health.v1 that a check needs: HealthCheckRequest { string service = 1 } and
 * HealthCheckResponse { status = 1 }.
 */

/** Names of HealthCheckResponse.ServingStatus by number. */
export const SERVING_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof SERVING_STATUSES)[number];

/** The compression flag and the length before each gRPC message. */
const PREFIX_BYTES = 5;
/** The longest varint. */
const MAX_VARINT_BYTES = 10;

const varint = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];

/** Encodes a request for the wire, including the prefix. */
export const encodeRequest = (service: string): Buffer => {
  const name = Buffer.from(service);
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
};

/** Reads a varint, of which only the low 32 bits matter here. Undefined if it is not terminated. */
const readVarint = (
  bytes: Buffer,
  at: number,
): { readonly value: number; readonly next: number } | undefined => {
  let value = 0;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    if (i < 5) value = (value | ((byte & 0x7f) << (7 * i))) >>> 0;
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return undefined;
};

/**
 * The offset at which a field of this wire type ends; undefined if the type is unknown or the field is cut
 * off.
 */
const skip = (bytes: Buffer, at: number, wireType: number): number | undefined => {
  switch (wireType) {
    case 0:
      return readVarint(bytes, at)?.next;
    case 1:
      return at + 8;
    case 2: {
      const length = readVarint(bytes, at);
      return length === undefined ? undefined : length.next + length.value;
    }
    case 5:
      return at + 4;
    default:
      return undefined;
  }
};

/**
 * Decodes the status in an answer, including the prefix. Undefined if the answer is not exactly one complete
 * message. Unknown fields are skipped.
 */
export const decodeResponse = (answer: Buffer): ServingStatus | undefined => {
  // The first byte would mark it as compressed, which the request did not offer.
  if (answer.length < PREFIX_BYTES || answer[0] !== 0) return undefined;
  if (answer.readUInt32BE(1) !== answer.length - PREFIX_BYTES) return undefined;
  let status = 0;
  let at = PREFIX_BYTES;
  while (at < answer.length) {
    const tag = readVarint(answer, at);
    if (tag === undefined) return undefined;
    const isStatus = tag.value === 0x08;
    if (isStatus) status = readVarint(answer, tag.next)?.value ?? 0;
    const next = skip(answer, tag.next, tag.value & 7);
    if (next === undefined || next > answer.length) return undefined;
    at = next;
  }
  return SERVING_STATUSES[status] ?? 'UNKNOWN';
};
