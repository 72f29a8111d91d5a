import type { Engine } from '../engine/engine.ts';

export interface ShutdownOptions {
  readonly engine: Pick<Engine, 'stopAccepting' | 'close'>;
  /** Milliseconds in which new connections are still taken: until this address is out of every client's view. */
  readonly drainDelayMs: number;
  /** Milliseconds from the signal to the end, drain delay included. */
  readonly gracePeriodMs: number;
  readonly wait: (ms: number) => Promise<void>;
  /** Resolves when the engine is drained, or after `ms` milliseconds. */
  readonly drainedWithin: (ms: number) => Promise<void>;
  /** Called right before; from then on nothing may publish a table. */
  readonly beforeStopAccepting: () => void;
  readonly onStep: (step: ShutdownStep) => void;
}

/** Each is entered once, in this order. */
export type ShutdownStep = 'NotReady' | 'StoppedAccepting' | 'Drained' | 'Closed';

/** Time kept for closing what is left, before the supervisor's own patience ends with SIGKILL. */
const CLOSE_MARGIN_MS = 2_000;

/**
 * Ends in the order that loses no connection: unready first, while new connections are still taken; then no new ones; then the open ones
 * may end; then everything closes.
 */
export const shutdown = async (options: ShutdownOptions): Promise<void> => {
  const { engine, gracePeriodMs, onStep } = options;
  const margin = Math.min(CLOSE_MARGIN_MS, gracePeriodMs / 10);
  const delay = Math.min(options.drainDelayMs, gracePeriodMs - margin);
  onStep('NotReady');
  if (delay > 0) await options.wait(delay);
  options.beforeStopAccepting();
  await engine.stopAccepting();
  onStep('StoppedAccepting');
  await options.drainedWithin(gracePeriodMs - delay - margin);
  onStep('Drained');
  await engine.close();
  onStep('Closed');
};
