/** Which ended connections are logged. */
export interface AccessLog {
  readonly mode: 'Off' | 'Errors' | 'All' | 'Sampled';
  /** With Sampled: one of how many. */
  readonly sampleOneIn: number;
}
