/** How a listener ends the TLS of its clients, whose bytes then go on in the clear. */
export interface TerminationPolicy {
  readonly minVersion: 'TLS1.2' | 'TLS1.3';
  readonly cipherProfile: 'Modern' | 'Intermediate';
  /** Protocols to choose from, the best first; empty to leave ALPN out. */
  readonly alpn: readonly string[];
  /** Whether clients are refused that name no host, or one that no certificate is for. */
  readonly strictSni: boolean;
  /** Omitted if clients are not asked for certificates. */
  readonly clients?: ClientPolicy;
  /** Sessions are resumed by listeners with the same text alone, in any replica. */
  readonly sessionContext: string;
}

/** How the certificates of clients are asked for and checked. */
export interface ClientPolicy {
  /** Whether a client without one is refused. */
  readonly isRequired: boolean;
  /** Most authorities between a client's certificate and a trusted one. */
  readonly depth: number;
  /** Patterns of the names that a client must have one of (certificates/allowed-names.ts); empty for any. */
  readonly allowedNames: readonly string[];
}
