import type { TlsFacts } from './tls-facts.ts';

/**
 * The calls into OpenSSL that the data plane makes, on plain non-blocking descriptors: OpenSSL makes the
 * system calls. Contexts and connections are addresses in memory, which fit the columns of connections; 0 is
 * none. The acceptors receive this as an argument; tests pass an implementation that fails on purpose.
 *
 * Calls on a connection return what the system call of the same name would: bytes, or a negated errno.
 * -EAGAIN means that the socket has to be readable first. Results that no system call has are below.
 */
export interface Tls {
  /** A context for connections of clients; 0 if it cannot be made of these settings. */
  serverContext(settings: ServerContext): number;
  /** Connections that were begun in the context go on. */
  freeContext(context: number): void;
  /**
   * The keys that session tickets are made with, TICKET_KEY_BYTES each: the first one for new tickets, the
   * others to read older ones, which are then renewed. Valid for all contexts of this thread.
   */
  setTicketKeys(keys: Uint8Array): void;
  /** The OCSP responses that clients get with certificates, if they ask; for all contexts of this thread. */
  setStaples(staples: readonly NativeStaple[]): void;
  /** Begins a connection of a client on `fd`; 0 if there is no memory. */
  accept(context: number, fd: number): number;
  /** A context for connections to endpoints; 0 if it cannot be made of these settings. */
  clientContext(settings: ClientContext): number;
  /** Begins a connection to an endpoint on `fd`; 0 if there is no memory. */
  connect(context: number, fd: number, peer: Peer): number;
  /**
   * The group that an endpoint has chosen, by OpenSSL's number; 0 if it is the first one of its context, or
   * none that the context offers.
   */
  chosenGroup(connection: number): number;
  /**
   * The session of a connection to an endpoint, for later ones; 0 for none. The caller has to free it. The
   * connection cannot be used any more, not even to tell its peer that it ends.
   */
  takeSession(connection: number): number;
  freeSession(session: number): void;
  /** The context that a connection was begun in. */
  contextOf(connection: number): number;
  free(connection: number): void;
  /** Goes on with the handshake: 1 once it is complete. */
  handshake(connection: number): number;
  /** Receives decrypted bytes; 0 is the end of the stream, which the peer has announced. */
  read(connection: number, address: number, length: number): number;
  /**
   * Encrypts and sends. What was not taken must be given again, at whatever address, before anything else.
   */
  write(connection: number, address: number, length: number): number;
  /** Announces the end of the stream to the peer (close_notify). */
  end(connection: number): number;
  /** Sends a fatal alert after the handshake, by its number; false if it could not be sent. */
  alert(connection: number, description: number): boolean;
  /** Why the last call that returned -TLS_FAILED did: OpenSSL's number of the reason. */
  readonly reason: number;
  /**
   * Whether the peer of a connection that failed knows why: it was sent an alert, or has sent one itself.
   */
  hasAlerted(connection: number): boolean;
  /** Whether an earlier session was resumed. */
  isResumed(connection: number): boolean;
  /** The certificate that the client has shown now, or in its earlier session, in DER; undefined for none. */
  peerCertificate(connection: number): Uint8Array | undefined;
  /** Why the peer's certificate was refused: OpenSSL's number (X509_V_ERR); 0 if it was not. */
  verifyResult(connection: number): number;
  /** What was agreed upon, for people and servers to read. */
  facts(connection: number): TlsFacts;
  /** The version that was agreed upon, such as TLS1_3_VERSION. */
  version(connection: number): number;
}

/** The socket has to be writable before the same call is made again. */
export const WANTS_WRITE = 1001;
/** The peer's TCP stream ended without an announcement: somebody may have cut it off. */
export const TRUNCATED = 1002;
/** What the peer sent is not TLS as it should be, or it sent a fatal alert. */
export const TLS_FAILED = 1003;

/** A certificate with its chain and private key in OpenSSL's memory; each number is an address. */
export interface NativeKeyPair {
  readonly certificate: number;
  /** From the certificate's issuer on. */
  readonly chain: readonly number[];
  readonly key: number;
}

/** Authorities of clients with their lists of revoked certificates in OpenSSL's memory, by address. */
export interface NativeTrust {
  readonly store: number;
  readonly authorities: readonly number[];
}

/** How the certificates of clients are asked for and verified. */
export interface ClientVerification {
  readonly trust: NativeTrust;
  /** Whether a client without one is refused. */
  readonly isRequired: boolean;
  /** Most authorities between a client's certificate and a trusted one. */
  readonly depth: number;
}

/** An OCSP response in DER about a certificate, which is an address. */
export interface NativeStaple {
  readonly certificate: number;
  readonly response: Uint8Array;
}

/** What contexts of both sides have in common. */
export interface ContextSettings {
  /** TLS1_2_VERSION or TLS1_3_VERSION. */
  readonly minVersion: number;
  /** Cipher suites of TLS 1.2, and of TLS 1.3, as OpenSSL writes lists; the best first. */
  readonly ciphers: string;
  readonly cipherSuites: string;
  /** Groups for keys, as OpenSSL writes lists; the best first. */
  readonly groups: string;
}

export interface ServerContext extends ContextSettings {
  /** Sessions of contexts with another value are not resumed; at most 32 bytes. */
  readonly sessionContext: Uint8Array;
  /** Protocols in the form of the ALPN extension, the best first; omitted to leave ALPN out. */
  readonly alpn?: Uint8Array;
  /** Each of another kind of key: the client's abilities decide. The context takes its own references. */
  readonly keyPairs: readonly NativeKeyPair[];
  /** Omitted if clients are not asked for certificates. The context takes its own references. */
  readonly clients?: ClientVerification;
}

export interface ClientContext extends ContextSettings {
  /** Address of the store of authorities; omitted if endpoints are not verified. */
  readonly store?: number;
  /**
   * The name to ask endpoints for, and that their certificates must have; omitted for none. They must have
   * the endpoint's address then.
   */
  readonly serverName?: string;
  /** Protocols in the form of the ALPN extension, the best first; omitted to leave ALPN out. */
  readonly alpn?: Uint8Array;
  /** Shown to endpoints that ask for a certificate. */
  readonly keyPair?: NativeKeyPair;
}

/** What one connection to an endpoint begins with. */
export interface Peer {
  /** An earlier session to resume; 0 for none. */
  readonly session: number;
  /** The group to make a key of before the endpoint has chosen one; 0 for the first one of the context. */
  readonly group: number;
  /** The client's connection, whose protocol is offered to the endpoint; 0 for none. */
  readonly client: number;
  /** Where the endpoint's IP address is in memory, in the order of the network, and its 4 or 16 bytes. */
  readonly address: number;
  readonly addressLength: number;
}

export const TLS1_2_VERSION = 0x303;
export const TLS1_3_VERSION = 0x304;

/** Bytes of one ticket key: a name (16), a key for HMAC (32), and one for AES (32). */
export const TICKET_KEY_BYTES = 80;
export const TICKET_NAME_BYTES = 16;
