import type { WholeReport } from '../../report/whole.ts';

/** What a proxy reported, or why there is no report. */
export type Reading =
  | {
      readonly kind: 'Report';
      readonly report: WholeReport;
      /** When it was read, by a clock that is never set; in milliseconds. */
      readonly atMs: number;
    }
  | {
      readonly kind: 'None';
      /** `NoRight`: this user may not ask. `NoProxy`: something else answered. */
      readonly code: 'NoRight' | 'NoProxy' | 'Unreachable';
      /** Completes a sentence about the proxy. */
      readonly why: string;
    };

/** The readings of the proxies of one balancer, by the name of the pod. */
export type Readings = ReadonlyMap<string, Reading>;
