import type { Loss } from '../status/reading.ts';

/** How a proxy reports the state of its source. */
export interface SourceState {
  readonly following: boolean;
  readonly code?: string | undefined;
  readonly problem?: string | undefined;
  /** Milliseconds; proxies of the first version do not report it. */
  readonly lostForMs?: number | undefined;
}

/** Refusals by an API server or a certificate check; these are not transient. */
const REFUSED = /^(?:Unauthorized|Forbidden|CertificateRefused|NoCredentials|LoginFailed|NotFound)\b/;
/** An API server that restarts is unavailable for about this long; the proxy retries at least every 15 s. */
const TRANSIENT_MS = 20_000;

/** The loss to report for a source that is not followed; undefined if it may be transient. */
export const lossOf = ({
  following,
  code = 'Unknown',
  problem,
  lostForMs,
}: SourceState): Loss | undefined => {
  if (following) return undefined;
  if (!REFUSED.test(code) && lostForMs !== undefined && lostForMs < TRANSIENT_MS) return undefined;
  return { code, problem: problem ?? 'the proxy gives no reason' };
};

/** Whether an unavailable API server can explain the loss. */
export const canBeOutage = ({ code }: Loss): boolean => !REFUSED.test(code);
