/** Which ended connections are logged. */
export interface AccessLog {
  readonly mode: 'Off' | 'Errors' | 'All' | 'Sampled';
  /** In mode Sampled, one connection out of this many is logged. */
  readonly sampleOneIn: number;
}
