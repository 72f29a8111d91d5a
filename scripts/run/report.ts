import type { TuningEntry } from '../../report/status.ts';
import type { LoadResult } from '../load/load-result.ts';

/** The findings of `make run`, printed as text or as JSON. */
export interface Report {
  readonly mode: 'cluster' | 'standalone';
  /** The resource as kubectl shows it, or how the proxy runs without a cluster. */
  readonly resource: string;
  readonly http: LoadResult;
  /** Absent if redis-server is not installed. */
  readonly redis?: LoadResult;
  /** Why something of the sample is missing. */
  readonly notes: readonly string[];
  readonly tuning: readonly TuningEntry[];
  /** What to try next: a command, and what it does. */
  readonly next: readonly { readonly command: string; readonly means: string }[];
}
