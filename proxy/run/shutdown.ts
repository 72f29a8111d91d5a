import type { Engine } from '../engine/engine.ts';

export interface ShutdownOptions {
  readonly engine: Pick<Engine, 'stopAccepting' | 'drainWithin' | 'close'>;
  /** Milliseconds in which new connections are still taken: until this address is out of every client's view. */
  readonly drainDelayMs: number;
  /** Whether idle connections are closed bit by bit over the time that is left, instead of all at its end. */
  readonly spread: boolean;
  /** Milliseconds from the signal to the end, drain delay included. */
  readonly gracePeriodMs: number;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls `run` once after `ms` milliseconds, unless the answer is called before. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Resolves when the engine is drained, or after `ms` milliseconds. */
  readonly drainedWithin: (ms: number) => Promise<void>;
  /** Resolves when what closed connections left to the kernel has been delivered, or after `ms` milliseconds. */
  readonly deliveredWithin: (ms: number) => Promise<void>;
  /** Called right before; from then on nothing may publish a table. */
  readonly beforeStopAccepting: () => void;
  readonly onStep: (step: ShutdownStep) => void;
}

/** Each is entered at most once, in this order. StillAccepting instead of StoppedAccepting: an acceptor did not answer in time. */
export type ShutdownStep = 'NotReady' | 'StoppedAccepting' | 'StillAccepting' | 'Drained' | 'Closed';

/** Share of the time for connections in which the idle ones go: none of them shall be cut off at its end. */
const IDLE_SHARE = 0.9;
const CLOSE_MARGIN_MS = 2_000;

/** Time kept for closing what is left, before the supervisor's own patience ends with SIGKILL. */
export const closeMarginMs = (gracePeriodMs: number): number => Math.min(CLOSE_MARGIN_MS, gracePeriodMs / 10);

/**
 * Ends in the order that loses no connection: unready first, while new connections are still taken; then no new ones; then the open ones
 * may end, the idle ones one by one; then everything closes.
 */
export const shutdown = async (options: ShutdownOptions): Promise<void> => {
  const { engine, gracePeriodMs, onStep } = options;
  const margin = closeMarginMs(gracePeriodMs);
  const delay = Math.min(options.drainDelayMs, gracePeriodMs - margin);
  onStep('NotReady');
  if (delay > 0) await options.wait(delay);
  options.beforeStopAccepting();
  const forConnectionsMs = gracePeriodMs - delay - margin;
  const start = options.now();
  const stopped = await endsWithin(engine.stopAccepting(), forConnectionsMs, options.after);
  onStep(stopped ? 'StoppedAccepting' : 'StillAccepting');
  const leftMs = Math.max(0, forConnectionsMs - (options.now() - start));
  if (options.spread) engine.drainWithin(leftMs * IDLE_SHARE);
  await options.drainedWithin(leftMs);
  onStep('Drained');
  const forDeliveryMs = forConnectionsMs - (options.now() - start);
  if (forDeliveryMs > 0) await options.deliveredWithin(forDeliveryMs);
  await engine.close();
  onStep('Closed');
};

/** Whether `work` ended in time; rejects as it does. An acceptor that hangs must not keep the others from closing in order. */
const endsWithin = async (
  work: Promise<void>,
  ms: number,
  after: ShutdownOptions['after'],
): Promise<boolean> => {
  let cancel = (): void => {};
  const tooLate = new Promise<false>((resolve) => {
    cancel = after(ms, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), tooLate]);
  } finally {
    cancel();
  }
};
