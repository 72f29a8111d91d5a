import {
  type HelloReading,
  MESSAGE_HEAD_BYTES,
  MOST_HELLO_BYTES,
  MOST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
} from './client-hello.ts';

const HANDSHAKE = 22;
const ALERT = 21;
const CLIENT_HELLO = 1;
const MAJOR_VERSION = 3;
/** Of SSL 2.0: the top bit of the length, and the type of a hello. */
const SSLV2_LENGTH_BIT = 0x80;
const SSLV2_CLIENT_HELLO = 1;

/** The first message of a handshake, without the headers of the records that it came in. */
export interface Message {
  bytes: Uint8Array;
  /** The body of the message, behind its head. */
  at: number;
  length: number;
  /** Bytes from the start of the stream to the end of the record in which the message ends. */
  wireLength: number;
  /** With 'NeedMore': the fewest bytes from the start of the stream that can hold the message. */
  needed: number;
}

type Refusal = Exclude<HelloReading, 'Hello'>;

/** Where messages in more than one record are put together; they are read at once, so that one will do. */
const joined = new Uint8Array(MOST_HELLO_BYTES);

/** What cannot begin a TLS connection, as soon as its bytes say so; undefined while they may. */
const whyNotHello = (bytes: Uint8Array, length: number): Refusal | undefined => {
  const type = bytes[0] as number;
  if ((type & SSLV2_LENGTH_BIT) !== 0) {
    if (length < 3) return 'NeedMore';
    return bytes[2] === SSLV2_CLIENT_HELLO ? 'Sslv2' : 'NotTls';
  }
  if (type === HANDSHAKE) return undefined;
  if (type !== ALERT) return 'NotTls';
  if (length < 2) return 'NeedMore';
  return bytes[1] === MAJOR_VERSION ? 'Alert' : 'NotTls';
};

/**
 * What the first `got` bytes of the message are; undefined if more are needed. Its span becomes that of its
 * body once all of it is there.
 */
const readHead = (message: Message, got: number): Exclude<HelloReading, 'NeedMore'> | undefined => {
  const { bytes, at } = message;
  if (got > 0 && bytes[at] !== CLIENT_HELLO) return 'OtherMessage';
  message.length = MESSAGE_HEAD_BYTES;
  if (got < MESSAGE_HEAD_BYTES) return undefined;
  const size =
    ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  message.length = MESSAGE_HEAD_BYTES + size;
  if (message.length > MOST_HELLO_BYTES - RECORD_HEAD_BYTES) return 'TooLong';
  if (got < message.length) return undefined;
  message.at = at + MESSAGE_HEAD_BYTES;
  message.length = size;
  return 'Hello';
};

/**
 * Finds the first message of a client in the first `available` bytes of its stream: it may take several
 * records, and each of them may be incomplete. Says 'Hello' once it is there as a whole, and refuses as early
 * as the bytes allow: a client that speaks another protocol waits for an answer, and sends no more.
 */
export const readMessage = (bytes: Uint8Array, available: number, message: Message): HelloReading => {
  const length = Math.min(available, MOST_HELLO_BYTES);
  message.needed = RECORD_HEAD_BYTES + MESSAGE_HEAD_BYTES;
  if (length === 0) return 'NeedMore';
  const refusal = whyNotHello(bytes, length);
  if (refusal !== undefined) return refusal;
  let records = 0;
  let got = 0;
  for (let at = 0; length - at >= RECORD_HEAD_BYTES; records++) {
    // The version of a record is ignored, as RFC 8446 (5.1) demands.
    if (bytes[at] !== HANDSHAKE) return 'Malformed';
    const size = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
    if (size > MOST_RECORD_BYTES) return 'Malformed';
    const content = at + RECORD_HEAD_BYTES;
    const here = Math.min(size, length - content);
    if (records === 0) {
      message.bytes = bytes;
      message.at = content;
    } else {
      if (records === 1) joined.set(bytes.subarray(message.at, message.at + got));
      // A loop: records may have one byte each, and a view of each would be garbage.
      for (let i = 0; i < here; i++) joined[got + i] = bytes[content + i] as number;
      message.bytes = joined;
      message.at = 0;
    }
    got += here;
    const reading = readHead(message, got);
    if (reading !== undefined) {
      message.wireLength = content + size;
      return reading;
    }
    message.needed = content + here + message.length - got;
    if (here < size) break;
    at = content + size;
  }
  return length === MOST_HELLO_BYTES || message.needed > MOST_HELLO_BYTES ? 'TooLong' : 'NeedMore';
};
