import { ascii, FAIL, MALFORMED, NEED_MORE, NOTHING, type Opening } from './opening.ts';

/** A packet: three bytes of length, least significant first, then its number in the sequence. */
const HEAD_BYTES = 4;
const SSL_REQUEST_BYTES = 32;
const PROTOCOL = 10;
/** CLIENT_SSL and CLIENT_PROTOCOL_41 among the capabilities. */
const SSL = 0x800;
const PROTOCOL_41 = 0x200;
/**
 * What every server of today can do and clients need: passwords, databases, transactions, several statements
 * and results, plug-ins for authentication, attributes. What only some can do the client must not be told.
 */
const CAPABILITIES = 0x3f_ffdf;
const PLUGIN = 'caching_sha2_password';
const SALT_BYTES = 20;
const UTF8MB4 = 45;
const AUTOCOMMIT = 2;

const u16 = (value: number): readonly number[] => [value & 255, (value >> 8) & 255];

/**
 * The greeting of a server that is not known yet. The client computes what proves its password from the salt
 * here, which is not the server's: with this plug-in the server then asks for the password itself, within
 * TLS, or with another one for a new proof from its own salt.
 */
const greeting = (): Uint8Array => {
  const body = [
    PROTOCOL,
    ...ascii('8.0.0-l4balancer\0'),
    ...[1, 0, 0, 0],
    ...Array<number>(8).fill(0x2a),
    0,
    ...u16(CAPABILITIES),
    UTF8MB4,
    ...u16(AUTOCOMMIT),
    ...u16(CAPABILITIES >>> 16),
    SALT_BYTES + 1,
    ...Array<number>(10).fill(0),
    ...Array<number>(SALT_BYTES - 8).fill(0x2a),
    0,
    ...ascii(`${PLUGIN}\0`),
  ];
  return Uint8Array.of(...u16(body.length), 0, 0, ...body);
};

const errorPacket = (sequence: number, message: string): Uint8Array => {
  const body = [0xff, ...u16(3159), ...ascii(`#HY000${message}`)];
  return Uint8Array.of(...u16(body.length), 0, sequence, ...body);
};
const TLS_REQUIRED = errorPacket(2, 'Connections must use TLS: set ssl-mode=REQUIRED or --ssl');

const sizeOf = (bytes: Uint8Array): number =>
  (bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16);

/** Whether the greeting of a server, behind its head, offers TLS. */
const offersTls = (bytes: Uint8Array, length: number): boolean => {
  if (bytes[HEAD_BYTES] !== PROTOCOL) return false;
  const end = bytes.indexOf(0, HEAD_BYTES + 1);
  const at = end + 1 + 4 + 8 + 1;
  return (
    end > 0 && at + 2 <= length && ((((bytes[at + 1] as number) << 8) | (bytes[at] as number)) & SSL) !== 0
  );
};

/** The server greets; the client asks for TLS with the beginning of its answer, which is carried over. */
export const MYSQL: Opening = {
  client: {
    greeting: greeting(),
    read(bytes, length) {
      if (length < HEAD_BYTES) return NEED_MORE;
      const size = sizeOf(bytes);
      const isAnswer = bytes[3] === 1 && size >= SSL_REQUEST_BYTES;
      if (!isAnswer) return MALFORMED;
      if (length < HEAD_BYTES + SSL_REQUEST_BYTES) return NEED_MORE;
      const asked = ((bytes[HEAD_BYTES + 1] as number) << 8) | (bytes[HEAD_BYTES] as number);
      if ((asked & SSL) === 0 || (asked & PROTOCOL_41) === 0 || size > SSL_REQUEST_BYTES)
        return { type: 'Refuse', send: TLS_REQUIRED, problem: 'StartTlsMissing' };
      const whole = HEAD_BYTES + size;
      // Clients do not wait for an answer: what follows is the ClientHello, and not said in the clear.
      return { type: 'TlsFollows', drop: whole, send: NOTHING, carry: bytes.slice(0, whole) };
    },
  },
  endpoint: {
    greeting: () => NOTHING,
    read(bytes, length, _step, carried) {
      if (length < HEAD_BYTES) return NEED_MORE;
      const whole = HEAD_BYTES + sizeOf(bytes);
      if (length < whole) return NEED_MORE;
      const isGreeting = bytes[3] === 0 && whole === length && offersTls(bytes, length);
      return isGreeting ? { type: 'TlsFollows', drop: whole, send: carried } : FAIL;
    },
  },
};
