/** What is known of endpoints beyond what a source says: the verdicts of checks and traffic, and how new they are. */
export interface EndpointView {
  /** Whether the endpoint `key` of `backend` may take new connections; of one that is not known, true. */
  isHealthy(backend: string, key: string): boolean;
  /** Share of its weight that it gets now: above 0, up to 1. Less than 1 only while it starts slowly. */
  share(backend: string, key: string): number;
}
