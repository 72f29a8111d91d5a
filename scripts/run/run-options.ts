import type { Steps } from '../../tooling/terminal/steps.ts';

/** Options for running the sample, in a cluster or without. */
export interface RunOptions {
  readonly steps: Steps;
  /** Stops the run and everything that it started. */
  readonly signal: AbortSignal;
  /** HTTP requests to send, and as many Redis commands. */
  readonly requests: number;
}
