import type { HandshakeFailure } from './handshake-failure.ts';

/** What is known of the TLS that a client speaks, as the access log shows it. */
export interface TlsDetails {
  /** The server name that the client asks for (SNI), one character a byte; omitted if there is none. */
  readonly serverName?: string;
  /** The version that was agreed upon, such as `TLS1.3`; omitted if TLS does not end here. */
  readonly version?: string;
  /** The newest version that the client offers; omitted once one was agreed upon. */
  readonly offered?: string;
  /** Why the handshake failed; omitted if it did not. */
  readonly failure?: HandshakeFailure;
  /** The client's certificate, also where it was refused for its name; omitted if there is none. */
  readonly client?: ClientDetails;
}

/** A certificate of a client whose authority is trusted. */
export interface ClientDetails {
  /** Such as `CN=client,O=Example`. */
  readonly subject: string;
  /** The first names of subjectAltName, such as `DNS:client.example.com`. */
  readonly altNames: readonly string[];
  /** SHA-256, in hexadecimal. */
  readonly fingerprint: string;
}
