import type { Engine } from '../engine/engine.ts';

export interface ShutdownOptions {
  readonly engine: Pick<Engine, 'stopAccepting' | 'drainWithin' | 'close'>;
  /**
   * Milliseconds during which new connections are still accepted, until every client knows that this address
   * is going away.
   */
  readonly drainDelayMs: number;
  /** Whether idle connections are closed gradually over the remaining time instead of all at its end. */
  readonly spread: boolean;
  /** Milliseconds from the signal to the end, including the drain delay. */
  readonly gracePeriodMs: number;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called first. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Resolves when the engine is drained, or after `ms` milliseconds. */
  readonly drainedWithin: (ms: number) => Promise<void>;
  /** Resolves when the kernel has delivered the data of closed connections, or after `ms` milliseconds. */
  readonly deliveredWithin: (ms: number) => Promise<void>;
  /** Called right before accepting stops; from then on no table may be published. */
  readonly beforeStopAccepting: () => void;
  readonly onStep: (step: ShutdownStep) => void;
}

/**
 * Each step occurs at most once, in this order. StillAccepting replaces StoppedAccepting if an acceptor did
 * not answer in time.
 */
export type ShutdownStep = 'NotReady' | 'StoppedAccepting' | 'StillAccepting' | 'Drained' | 'Closed';

/**
 * The share of the remaining time over which idle connections are closed, so that none is cut off at its end.
 */
const IDLE_SHARE = 0.9;
const CLOSE_MARGIN_MS = 2_000;

/** Time reserved for closing what is left, before the supervisor sends SIGKILL. */
export const closeMarginMs = (gracePeriodMs: number): number => Math.min(CLOSE_MARGIN_MS, gracePeriodMs / 10);

/**
 * Shuts down in the order that loses no connection: first the proxy becomes unready while it still accepts
 * connections, then it accepts no more, then open connections may end and idle ones are closed gradually,
 * then everything is closed.
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
  const stopped = await completesWithin(engine.stopAccepting(), forConnectionsMs, options.after);
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

/**
 * Returns true if `work` completed in time; rejects if it rejects. An acceptor that hangs must not prevent
 * the others from closing in order.
 */
const completesWithin = async (
  work: Promise<void>,
  ms: number,
  after: ShutdownOptions['after'],
): Promise<boolean> => {
  let cancel = (): void => {};
  const timeout = new Promise<false>((resolve) => {
    cancel = after(ms, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), timeout]);
  } finally {
    cancel();
  }
};
