import type { Loss } from '../status/reading.ts';

/** How a proxy says whether it sees its source. */
export interface SourceState {
  readonly following: boolean;
  readonly code?: string | undefined;
  readonly problem?: string | undefined;
  /** Milliseconds; proxies of the first version do not say it. */
  readonly lostForMs?: number | undefined;
}

/** What an API server answers, or a certificate proves: no moment's trouble. */
const REFUSED = /^(?:Unauthorized|Forbidden|CertificateRefused|NoCredentials|LoginFailed|NotFound)\b/;
/** An API server that restarts is away for so long; the proxy asks again at least every 15 s. */
const MOMENT_MS = 20_000;

/** What is to be told of a source that is not followed; undefined where it may be only for a moment. */
export const lossOf = ({
  following,
  code = 'Unknown',
  problem,
  lostForMs,
}: SourceState): Loss | undefined => {
  if (following) return undefined;
  if (!REFUSED.test(code) && lostForMs !== undefined && lostForMs < MOMENT_MS) return undefined;
  return { code, problem: problem ?? 'the proxy says no reason' };
};

/** Whether an API server that is away for everybody explains it. */
export const isOutage = ({ code }: Loss): boolean => !REFUSED.test(code);
