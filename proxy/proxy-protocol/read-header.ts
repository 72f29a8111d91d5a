import { type Header, type Reading, V2_SIGNATURE, type Version } from './header.ts';
import { readV1, V1_MOST_BYTES } from './read-v1.ts';
import { readV2, V2_MOST_BYTES } from './read-v2.ts';

/** Reads a header of a version from the first `length` bytes of a connection. */
export type ReadHeader = (bytes: Uint8Array, length: number, header: Header) => Reading;

/** The versions differ in their first byte already. */
const readAny: ReadHeader = (bytes, length, header) =>
  bytes[0] === V2_SIGNATURE[0] ? readV2(bytes, length, header) : readV1(bytes, length, header);

/** How headers are read, and how long one may be, by what is accepted. */
export const READERS: Readonly<
  Record<Version | 'Any', { readonly read: ReadHeader; readonly mostBytes: number }>
> = {
  V1: { read: readV1, mostBytes: V1_MOST_BYTES },
  V2: { read: readV2, mostBytes: V2_MOST_BYTES },
  Any: { read: readAny, mostBytes: V2_MOST_BYTES },
};
