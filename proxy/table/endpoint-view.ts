/**
 * The state of endpoints that the source does not know: the results of checks and traffic, and how new they
 * are.
 */
export interface EndpointView {
  /**
   * Returns true if the endpoint `key` of `backend` may take new connections; also for an unknown endpoint.
   */
  isHealthy(backend: string, key: string): boolean;
  /** The share of its weight that it gets now: above 0, up to 1. Less than 1 only during its slow start. */
  share(backend: string, key: string): number;
}
