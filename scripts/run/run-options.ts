import type { Steps } from '../../tooling/terminal/steps.ts';

/** What both ways of running the sample need. */
export interface RunOptions {
  readonly steps: Steps;
  /** Stops the run and everything that it started. */
  readonly signal: AbortSignal;
  /** HTTP requests to send, and as many Redis commands. */
  readonly requests: number;
}
