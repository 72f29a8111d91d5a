import type { Leash } from '../cluster/leash.ts';
import type { Tools } from './tools.ts';

/** How a bench measures. */
export interface Conditions {
  /** Cores that may be used: acceptors, threads and workers of each peer. */
  readonly cores: number;
  /** Seconds of one measurement. */
  readonly seconds: number;
  /** Hard limit of open files of a process. */
  readonly fileLimit: number;
  readonly tools: Tools;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The conditions, and where the processes of the line at hand live. */
export interface Place extends Conditions {
  /** Endpoints and peers of the line being measured run on it, in its folder. */
  readonly leash: Leash;
}
