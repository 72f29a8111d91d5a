import type { TuningEntry } from '../../report/status.ts';
import type { ReportedFinding } from '../../report/tolerant.ts';

/** The endpoints of a backend as a proxy has them. */
export interface BackendReport {
  readonly name: string;
  readonly endpoints: number;
  /** Those that checks or failed connections have not taken out. */
  readonly ready: number;
}

/** Why a proxy does not see its resource or its endpoints. */
export interface Loss {
  /** Constant for one kind of trouble, such as `Unauthorized`. */
  readonly code: string;
  readonly problem: string;
}

/** What the operator reads of a proxy. */
export interface Report {
  readonly knobs: readonly TuningEntry[];
  readonly backends: readonly BackendReport[];
  readonly findings: readonly ReportedFinding[];
  /** Names of the listeners that it means to serve, be they open or not. */
  readonly listeners: readonly string[];
  /** What it serves, such as `generation/3`; undefined before it serves anything. */
  readonly revision: string | undefined;
  /** Whether it sees its resource and its endpoints now. */
  readonly follows: boolean;
  /** Undefined while it follows, or has lost its source only a moment ago. */
  readonly loss: Loss | undefined;
}

interface OfPod {
  readonly pod: string;
  readonly node: string;
  /** Whether the pod takes traffic. */
  readonly isReady: boolean;
}

/** What a proxy pod said of itself when it was asked last, or why it says nothing. */
export type Reading = OfPod &
  (
    | (Report & { readonly kind: 'Read' })
    /** Not asked yet. */
    | { readonly kind: 'Unheard' }
    | {
        readonly kind: 'Failed';
        /** A sentence. */
        readonly why: string;
        /** What it said before that; it counts until the pod says something else. */
        readonly last: Report | undefined;
      }
  );

/** What a reading says, also where it is old. */
export const reportOf = (reading: Reading): Report | undefined => {
  switch (reading.kind) {
    case 'Read':
      return reading;
    case 'Failed':
      return reading.last;
    case 'Unheard':
      return undefined;
    default:
      return reading satisfies never;
  }
};

const GENERATION = /^generation\/(\d+)$/;

/** Whether the pod has said what it makes of this generation of the spec, or cannot be asked. */
export const hasHeard = (reading: Reading, generation: number): boolean => {
  if (reading.kind !== 'Read') return reading.kind === 'Failed';
  const { revision, loss, findings } = reading;
  if (loss !== undefined || findings.some(({ code }) => code === 'SpecRefused' || code === 'ResourceMissing'))
    return true;
  const served = GENERATION.exec(revision ?? '')?.[1];
  return served === undefined ? revision !== undefined : Number(served) >= generation;
};
