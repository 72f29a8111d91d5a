/** How a listener ends the TLS of its clients, whose bytes then go on in the clear. */
export interface TerminationPolicy {
  readonly minVersion: 'TLS1.2' | 'TLS1.3';
  readonly cipherProfile: 'Modern' | 'Intermediate';
  /** Protocols to choose from, the best first; empty to leave ALPN out. */
  readonly alpn: readonly string[];
  /** Whether clients are refused that name no host, or one that no certificate is for. */
  readonly strictSni: boolean;
  /** Sessions are resumed by listeners with the same text alone, in any replica. */
  readonly sessionContext: string;
}
