/** What the load generator for TLS does. Every connection uses TLS 1.3 with AES-128-GCM. */
export interface TlsPlan {
  /**
   * Connections: a connection with one request each, which the endpoint ends, with a full handshake.
   * Resumed: the same, but each slot resumes the session of its connection before. Requests: over
   * connections that stay open. Upload, Download: bytes in one direction, over connections that stay open.
   */
  readonly kind: 'Connections' | 'Resumed' | 'Requests' | 'Upload' | 'Download';
  readonly address: string;
  readonly port: number;
  /** Connections at once. */
  readonly connections: number;
  /** The groups that are offered, as OpenSSL writes lists. */
  readonly groups: string;
  /** The server name that is sent. */
  readonly serverName: string;
  /** Files in PEM of the certificate that is shown; omitted for none. */
  readonly certificate?: { readonly certificate: string; readonly key: string };
  readonly seconds: number;
}

/** The result of one generator. */
export interface TlsResult {
  /** How long it took. With Upload, until everything had arrived. */
  readonly seconds: number;
  /** Answered requests; 0 with Upload and Download. */
  readonly answered: number;
  /** Bytes that the endpoint or the client received; 0 with requests. */
  readonly bytes: number;
  /** Connections, and how many of them resumed a session. */
  readonly handshakes: number;
  readonly resumed: number;
  /** Number of failures by cause: an errno's name, OpenSSL's reason, or what happened. */
  readonly failures: Readonly<Record<string, number>>;
  /** Processor seconds of the generator itself. */
  readonly cpuSeconds: number;
}
