/**
 * How long a client of a page server may take; in milliseconds. Who is slower keeps a descriptor, and perhaps
 * a page of memory, from others.
 */
export interface PageLimits {
  /** From the connection to the end of the request's headers. */
  readonly headersMs: number;
  /** To the end of the whole request. */
  readonly requestMs: number;
  /** Without taking anything of the answer. */
  readonly stalledMs: number;
}

export const PAGE_LIMITS: PageLimits = { headersMs: 5_000, requestMs: 10_000, stalledMs: 30_000 };

/** For http.createServer. Node looks at its limits every 30 s unless it is told to look more often. */
export const requestLimits = ({ headersMs, requestMs }: PageLimits) => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: Math.min(1_000, headersMs),
});

/**
 * The limit that is set on a server: Node's two end with the request, so who reads nothing of the answer has
 * one of its own. How many connect at once has none: it would shut out the kubelet's probes, and a program
 * that is not answered is killed.
 */
export const limitAnswers = (
  server: { setTimeout(ms: number): unknown },
  { stalledMs }: PageLimits,
): void => {
  server.setTimeout(stalledMs);
};
