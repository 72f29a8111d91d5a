/** A part of a ClientHello: where it lies. A length of -1 means that the hello does not have it. */
export interface Span {
  at: number;
  length: number;
}

/**
 * What a ClientHello says that concerns a load balancer. A reader fills it in, so that reading allocates
 * nothing; the next reading replaces it. If there is ECH, this is the outer hello: the name of the server
 * that holds the key.
 */
export interface ClientHello {
  /** What all spans lie in: the bytes that were read, or a copy without the headers of its records. */
  bytes: Uint8Array;
  /** Bytes from the start of the stream to the end of the last record of the hello. */
  wireLength: number;
  /** After 'NeedMore': the fewest bytes from the start of the stream with which to read again. */
  needed: number;
  /** Version of the old field: 0x0303 for TLS 1.2 and everything newer. */
  legacyVersion: number;
  /** The host name of server_name. */
  readonly serverName: Span;
  /** Protocols of ALPN, each behind a byte with its length. */
  readonly protocols: Span;
  /** Versions of supported_versions, two bytes each; newer ones are only there. */
  readonly versions: Span;
  /** The ticket of a session of TLS 1.2; empty if the client only says that it takes one. */
  readonly sessionTicket: Span;
  /** The first identity of pre_shared_key: the ticket of a session of TLS 1.3. */
  readonly pskIdentity: Span;
}

/** What the bytes that have come so far are. */
export type HelloReading =
  /** The beginning of a ClientHello. */
  | 'NeedMore'
  /** A whole one; more may follow. */
  | 'Hello'
  /** Another protocol, or a record or message of TLS that does not begin a connection. */
  | 'NotTls'
  /** It is a message of TLS, but another one. */
  | 'OtherMessage'
  /** The hello of SSL 2.0, in which old clients also offered newer versions. */
  | 'Sslv2'
  /** The client ends the connection with an alert before it has said hello. */
  | 'Alert'
  | 'Malformed'
  /** It takes more than MOST_HELLO_BYTES. */
  | 'TooLong';

/** Most bytes that a ClientHello may take, with the headers of its records. */
export const MOST_HELLO_BYTES = 65_536;

/** A TLS record: type, two bytes of version, two of length, content. */
export const RECORD_HEAD_BYTES = 5;
/** Most bytes of content of a record that is not encrypted. */
export const MOST_RECORD_BYTES = 16_384;
/** A message of the handshake: type, three bytes of length, body. */
export const MESSAGE_HEAD_BYTES = 4;

const NONE = (): Span => ({ at: 0, length: -1 });

export const emptyHello = (): ClientHello => ({
  bytes: new Uint8Array(0),
  wireLength: 0,
  needed: 0,
  legacyVersion: 0,
  serverName: NONE(),
  protocols: NONE(),
  versions: NONE(),
  sessionTicket: NONE(),
  pskIdentity: NONE(),
});

const latin1 = (bytes: Uint8Array, at: number, length: number): string => {
  let text = '';
  for (let i = at; i < at + length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
};

/** The server name as it was sent, one character for each byte; undefined if there is none. */
export const serverNameOf = ({ bytes, serverName: { at, length } }: ClientHello): string | undefined =>
  length < 0 ? undefined : latin1(bytes, at, length);

/** The protocols of ALPN, in the client's order, one character for each byte; empty if there are none. */
export const protocolsOf = ({ bytes, protocols: { at, length } }: ClientHello): readonly string[] => {
  const found: string[] = [];
  for (let i = at; i < at + length; i += 1 + (bytes[i] as number))
    found.push(latin1(bytes, i + 1, bytes[i] as number));
  return found;
};

/** The versions that the client supports, in its order, such as 0x0304 for TLS 1.3; GREASE is among them. */
export const versionsOf = ({
  bytes,
  legacyVersion,
  versions: { at, length },
}: ClientHello): readonly number[] =>
  length < 0
    ? [legacyVersion]
    : Array.from(
        { length: length / 2 },
        (_, i) => ((bytes[at + 2 * i] as number) << 8) | (bytes[at + 2 * i + 1] as number),
      );
