import type { SharedLimit } from '../../crds/shared-limit.ts';
import type { TuningEntry } from '../../report/status.ts';
import type { ReportedFinding } from '../../report/tolerant.ts';

/** The endpoints of a backend as seen by a proxy. */
export interface BackendReport {
  readonly name: string;
  readonly endpoints: number;
  /** Those that are neither unhealthy nor ejected. */
  readonly ready: number;
}

/** What a proxy has of a limit that is shared out, in the units of its shares. */
export interface ReportedShare {
  readonly listener: string;
  readonly limit: SharedLimit;
  /** What it may use. */
  readonly amount: number;
  /** Version of the share in force; 0 without one. */
  readonly version: number;
  /** What it keeps using even beyond that share, read after that came into force. */
  readonly held: number;
  /** What it uses; undefined until it is known. */
  readonly used: number | undefined;
  /** What it refused between the last two reports. */
  readonly refused: number;
  /** Connections admitted, and those refused beyond a share, since the start. */
  readonly admittedTotal: number;
  readonly refusedTotal: number;
}

/** A certificate as a proxy has it. */
export interface ReportedCertificate {
  readonly name: string;
  readonly names: readonly string[];
  /** RFC 3339; undefined while the proxy has none that it can use. */
  readonly notAfter?: string;
  readonly usedBy: readonly string[];
  readonly usedByBackends?: readonly string[];
  readonly problem?: string;
}

/** What a proxy carries, summed over its listeners. */
export interface ReportedTraffic {
  readonly open: number;
  readonly accepted: number;
  /** New connections per second since the report before; undefined in the first one. */
  readonly rate?: number;
  /** When it was read, in milliseconds of the operator's monotonic clock. */
  readonly readAtMs?: number;
}

/** Why a proxy cannot follow its resource or its endpoints. */
export interface Loss {
  /** Identifies the cause, such as `Unauthorized`. */
  readonly code: string;
  readonly problem: string;
}

/** What the operator reads from the status of a proxy. */
export interface Report {
  /** Milliseconds since the proxy started; undefined if it does not report that. */
  readonly uptimeMs: number | undefined;
  readonly knobs: readonly TuningEntry[];
  readonly backends: readonly BackendReport[];
  readonly findings: readonly ReportedFinding[];
  /** Names of the listeners in its configuration, whether they are open or not. */
  readonly listeners: readonly string[];
  /** Names of those whose limits refused a connection within the last minute. */
  readonly limiting: readonly string[];
  /** Of the listeners whose limit is shared out, once it applies shares. */
  readonly shares: readonly ReportedShare[];
  readonly certificates: readonly ReportedCertificate[];
  /** Shown on the page of all balancers alone: no decision depends on it. */
  readonly traffic?: ReportedTraffic;
  /** The revision that it serves, such as `generation/3`; undefined until it serves one. */
  readonly revision: string | undefined;
  /** Whether it currently follows its resource and its endpoints. */
  readonly follows: boolean;
  /** Undefined while it follows, and during the first moments after it has lost its source. */
  readonly loss: Loss | undefined;
}

interface OfPod {
  readonly pod: string;
  readonly node: string;
  /** Whether the pod is ready, so that it gets traffic. */
  readonly isReady: boolean;
}

/** The last report of a proxy pod, or why there is none. */
export type Reading = OfPod &
  (
    | (Report & { readonly kind: 'Read' })
    /** Not polled yet. */
    | { readonly kind: 'NotPolled' }
    | {
        readonly kind: 'Failed';
        /** A sentence. */
        readonly why: string;
        /** Its last report before that, which counts until there is a newer one. */
        readonly last: Report | undefined;
      }
  );

/** The report in a reading, even if it is old. */
export const reportOf = (reading: Reading): Report | undefined => {
  switch (reading.kind) {
    case 'Read':
      return reading;
    case 'Failed':
      return reading.last;
    case 'NotPolled':
      return undefined;
    default:
      return reading satisfies never;
  }
};

/** What is said about the share of one limit of a listener. */
export const shareIn = <Share extends Pick<ReportedShare, 'listener' | 'limit'>>(
  shares: readonly Share[] | undefined,
  listener: string,
  limit: SharedLimit,
): Share | undefined => shares?.find((one) => one.listener === listener && one.limit === limit);

const GENERATION = /^generation\/(\d+)$/;

/** The generation of the spec that a proxy serves; undefined if it serves none. */
const generationOf = (revision: string | undefined): number | undefined => {
  const [, served] = GENERATION.exec(revision ?? '') ?? [];
  return served === undefined ? undefined : Number(served);
};

/** Whether the pod serves this generation of the spec, by its last report. */
export const serves = (reading: Reading, generation: number): boolean =>
  (generationOf(reportOf(reading)?.revision) ?? -1) >= generation;

/** Whether the pod has reported on this generation of the spec, or cannot be polled. */
export const hasReported = (reading: Reading, generation: number): boolean => {
  if (reading.kind !== 'Read') return reading.kind === 'Failed';
  const { revision, loss, findings } = reading;
  if (loss !== undefined || findings.some(({ code }) => code === 'SpecRefused' || code === 'ResourceMissing'))
    return true;
  const served = generationOf(revision);
  return served === undefined ? revision !== undefined : served >= generation;
};
