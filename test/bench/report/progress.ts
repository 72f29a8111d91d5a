import { elapsed } from '../../../tooling/terminal/duration.ts';

/** The current measurement. */
export interface Step {
  readonly line: string;
  /** Counted from 1; 0 is the warm-up. */
  readonly rotation: number;
  readonly rotations: number;
  readonly peer: string;
}

/** Shows what is being measured, the elapsed time and the estimated remaining time. */
export interface Progress {
  /**
   * Reports that the next measurement has begun. `planned` is the planned duration, in seconds, of this one
   * and all that follow.
   */
  step(step: Step, planned: number): void;
  /** Clears the progress line, so that something else can be printed. */
  clear(): void;
}

type Out = Pick<NodeJS.WritableStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

const CLEAR = '\r\x1b[2K';
const REDRAW_MS = 500;

/**
 * Estimated remaining seconds: the planned ones, scaled by the ratio of spent to planned seconds so far.
 * `plannedAtStart` and `planned` are the seconds planned at the start and now, `spent` the elapsed ones.
 */
export const remaining = (plannedAtStart: number, planned: number, spent: number): number => {
  const done = plannedAtStart - planned;
  return done > 0 ? planned * (spent / done) : planned;
};

export const stepText = ({ line, rotation, rotations, peer }: Step): string =>
  `${line}, ${rotation === 0 ? 'warm-up' : `rotation ${rotation} of ${rotations}`}, ${peer}`;

/**
 * On a terminal rewrites one line; elsewhere prints one line per rotation. `now` is a monotonic clock in ms.
 */
export const openProgress = (
  out: Out,
  plannedAtStart: number,
  now: () => number = () => performance.now(),
): Progress => {
  const start = now();
  let timer: NodeJS.Timeout | undefined;
  let lastShown = '';
  return {
    step(step, planned) {
      const estimate = remaining(plannedAtStart, planned, (now() - start) / 1000);
      const at = now();
      const text = (): string => {
        const left = Math.max(0, estimate - (now() - at) / 1000);
        return `… ${stepText(step)}; ${elapsed(now() - start)} so far, about ${elapsed(left * 1000)} to go; Ctrl-C stops`;
      };
      clearInterval(timer);
      if (out.isTTY) {
        const draw = () => out.write(`${CLEAR}${text().slice(0, (out.columns ?? 100) - 1)}`);
        draw();
        timer = setInterval(draw, REDRAW_MS);
        timer.unref();
        return;
      }
      const rotation = `${step.line} ${step.rotation}`;
      if (rotation !== lastShown) out.write(`${text()}\n`);
      lastShown = rotation;
    },
    clear() {
      clearInterval(timer);
      if (out.isTTY) out.write(CLEAR);
    },
  };
};
