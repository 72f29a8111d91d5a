import type { ClientHello, HelloReading, Span } from './client-hello.ts';
import { type Message, readMessage } from './handshake-bytes.ts';

const RANDOM_BYTES = 32;
const MOST_SESSION_ID_BYTES = 32;
/** Extensions that are read. */
const SERVER_NAME = 0;
const ALPN = 16;
const SESSION_TICKET = 35;
const PRE_SHARED_KEY = 41;
const SUPPORTED_VERSIONS = 43;
const HOST_NAME = 0;
const MOST_NAME_BYTES = 255;

/** Where the message lies that is being read; reading ends before another one begins. */
const message: Message = { bytes: new Uint8Array(0), at: 0, length: 0, wireLength: 0, needed: 0 };

/** Whether `size` bytes behind a length at `at` end exactly at `end`. */
const fills = (at: number, size: number, end: number): boolean => at + 2 + size === end;

const u16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

const set = (span: Span, at: number, length: number): true => {
  span.at = at;
  span.length = length;
  return true;
};

/**
 * A list with one host name: other types of names were never defined, and a list with two is refused by
 * servers, too. A zero byte within it would end the name for some servers, and not for others.
 */
const readServerName = ({ bytes, serverName }: ClientHello, at: number, end: number): boolean => {
  if (end - at < 5 || !fills(at, u16(bytes, at), end)) return false;
  const length = u16(bytes, at + 3);
  if (bytes[at + 2] !== HOST_NAME || !fills(at + 3, length, end) || length > MOST_NAME_BYTES) return false;
  for (let i = at + 5; i < end; i++) if (bytes[i] === 0) return false;
  return set(serverName, at + 5, length);
};

const readProtocols = ({ bytes, protocols }: ClientHello, at: number, end: number): boolean => {
  if (end - at < 4 || !fills(at, u16(bytes, at), end)) return false;
  for (let i = at + 2; i < end; i += 1 + (bytes[i] as number))
    if (bytes[i] === 0 || i + 1 + (bytes[i] as number) > end) return false;
  return set(protocols, at + 2, end - at - 2);
};

/** Versions, behind a byte with their length. If they are malformed, the server may or may not refuse. */
const readVersions = ({ bytes, versions }: ClientHello, at: number, end: number): boolean => {
  const length = bytes[at] as number;
  const isList = end - at >= 3 && length % 2 === 0 && at + 1 + length === end;
  return !isList || set(versions, at + 1, length);
};

/**
 * The first of the identities, behind its length. What is malformed is no identity: servers that take no
 * tickets do not look at it. The binders that follow are not checked.
 */
const readIdentity = ({ bytes, pskIdentity }: ClientHello, at: number, end: number): boolean => {
  if (end - at < 5) return true;
  const listEnd = at + 2 + u16(bytes, at);
  const length = u16(bytes, at + 2);
  const isIdentity = length > 0 && listEnd <= end && at + 4 + length <= listEnd;
  return !isIdentity || set(pskIdentity, at + 4, length);
};

const readExtension = (hello: ClientHello, type: number, at: number, end: number): boolean => {
  switch (type) {
    case SERVER_NAME:
      return hello.serverName.length < 0 && readServerName(hello, at, end);
    case ALPN:
      return hello.protocols.length < 0 && readProtocols(hello, at, end);
    case SESSION_TICKET:
      return hello.sessionTicket.length < 0 && set(hello.sessionTicket, at, end - at);
    case SUPPORTED_VERSIONS:
      return hello.versions.length < 0 && readVersions(hello, at, end);
    case PRE_SHARED_KEY:
      return hello.pskIdentity.length < 0 && readIdentity(hello, at, end);
    default:
      return true; // GREASE, ECH, key shares: whatever the server makes of them
  }
};

const readExtensions = (hello: ClientHello, from: number, end: number): boolean => {
  const { bytes } = hello;
  for (let at = from; at < end; ) {
    if (end - at < 4) return false;
    const content = at + 4;
    const next = content + u16(bytes, at + 2);
    if (next > end || !readExtension(hello, u16(bytes, at), content, next)) return false;
    at = next;
  }
  return true;
};

/** Where the extensions begin; `end` if there are none, as in hellos of old clients; -1 if malformed. */
const findExtensions = (bytes: Uint8Array, from: number, end: number): number => {
  let at = from + 2 + RANDOM_BYTES;
  if (at >= end || (bytes[at] as number) > MOST_SESSION_ID_BYTES) return -1;
  at += 1 + (bytes[at] as number);
  if (at + 2 > end) return -1;
  const ciphers = u16(bytes, at);
  if (ciphers === 0 || ciphers % 2 === 1) return -1;
  at += 2 + ciphers;
  if (at >= end || bytes[at] === 0) return -1;
  at += 1 + (bytes[at] as number);
  if (at === end) return end;
  return at + 2 > end || !fills(at, u16(bytes, at), end) ? -1 : at + 2;
};

/**
 * Reads a ClientHello from the first `length` bytes of a client's stream. It refuses no hello that OpenSSL
 * takes, but the one in the format of SSL 2.0: a name that a server would read must be read here, too.
 */
export const readHello = (bytes: Uint8Array, length: number, hello: ClientHello): HelloReading => {
  const reading = readMessage(bytes, length, message);
  hello.needed = message.needed;
  if (reading !== 'Hello') return reading;
  const end = message.at + message.length;
  hello.bytes = message.bytes;
  hello.wireLength = message.wireLength;
  set(hello.serverName, 0, -1);
  set(hello.protocols, 0, -1);
  set(hello.versions, 0, -1);
  set(hello.sessionTicket, 0, -1);
  set(hello.pskIdentity, 0, -1);
  const extensions = findExtensions(hello.bytes, message.at, end);
  if (extensions < 0) return 'Malformed';
  hello.legacyVersion = u16(hello.bytes, message.at);
  return readExtensions(hello, extensions, end) ? 'Hello' : 'Malformed';
};
