import {
  ascii,
  endpointFollows,
  FAIL,
  MALFORMED,
  NEED_MORE,
  NOTHING,
  type Opening,
  tlsFollows,
} from './opening.ts';

/** Codes in place of a version in a first message: its length, 8, then the code. */
const SSL_REQUEST = 80877103;
const GSS_ENCRYPTION_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const REQUEST_BYTES = 8;
const SHORTEST_STARTUP_BYTES = 8;
const LONGEST_STARTUP_BYTES = 10_000;
const TLS_HANDSHAKE = 22;
const YES = ascii('S');
const NO = ascii('N');

const u32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

const errorResponse = (code: string, message: string): Uint8Array => {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`;
  const length = fields.length + 4;
  return Uint8Array.of(69, 0, 0, length >> 8, length & 255, ...ascii(fields));
};
const TLS_REQUIRED = errorResponse('28000', 'TLS is required: set sslmode=require or higher');

const SSL_REQUEST_MESSAGE = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);

/** SSLRequest, answered by one byte; or TLS at once, as clients of PostgreSQL 17 may. */
export const POSTGRESQL: Opening = {
  client: {
    greeting: NOTHING,
    read(bytes, length) {
      if (bytes[0] === TLS_HANDSHAKE) return { type: 'TlsFollows', drop: 0, send: NOTHING, isDirect: true };
      if (length < REQUEST_BYTES) return bytes[0] === 0 ? NEED_MORE : MALFORMED;
      const size = u32(bytes, 0);
      const code = u32(bytes, 4);
      if (size === REQUEST_BYTES && code === SSL_REQUEST) return tlsFollows(REQUEST_BYTES, length, YES);
      if (size === REQUEST_BYTES && code === GSS_ENCRYPTION_REQUEST)
        return { type: 'Answer', drop: REQUEST_BYTES, send: NO, step: 0 };
      const isStartup = size >= SHORTEST_STARTUP_BYTES && size <= LONGEST_STARTUP_BYTES && code >>> 16 === 3;
      if (isStartup) return { type: 'Refuse', send: TLS_REQUIRED, problem: 'StartTlsMissing' };
      return {
        type: 'Refuse',
        send: NOTHING,
        problem: code === CANCEL_REQUEST ? 'StartTlsMissing' : 'StartTlsMalformed',
      };
    },
  },
  endpoint: {
    greeting: () => SSL_REQUEST_MESSAGE,
    read(bytes, length) {
      return bytes[0] === YES[0] ? endpointFollows(1, length) : FAIL;
    },
  },
};
