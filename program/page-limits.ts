/**
 * Time limits for a client of an HTTP server, in milliseconds. A slower client keeps a descriptor, and
 * perhaps a page of memory, from others.
 */
export interface PageLimits {
  /** From the connection to the end of the request's headers. */
  readonly headersMs: number;
  /** To the end of the whole request. */
  readonly requestMs: number;
  /** Without reading anything of the response. */
  readonly stalledMs: number;
}

export const PAGE_LIMITS: PageLimits = { headersMs: 5_000, requestMs: 10_000, stalledMs: 30_000 };

/** Options for http.createServer. By default Node checks these limits only every 30 s. */
export const requestLimits = ({ headersMs, requestMs }: PageLimits) => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: Math.min(1_000, headersMs),
});

/**
 * Sets the limit for reading the response; Node's two limits apply only until the end of the request. The
 * number of connections is not limited: that would shut out the kubelet's probes, and a program that does not
 * answer them is killed.
 */
export const limitAnswers = (
  server: { setTimeout(ms: number): unknown },
  { stalledMs }: PageLimits,
): void => {
  server.setTimeout(stalledMs);
};
