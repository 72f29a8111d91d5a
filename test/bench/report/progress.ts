import { elapsed } from '../../../tooling/terminal/duration.ts';

/** What is being measured. */
export interface Step {
  readonly line: string;
  /** From 1; 0 is the warm-up. */
  readonly rotation: number;
  readonly rotations: number;
  readonly peer: string;
}

/** Says what is measured, for how long already, and how long the rest will take. */
export interface Progress {
  /**
   * The next measurement has begun. `planned` is the seconds that it and what comes after it were planned to
   * take.
   */
  step(step: Step, planned: number): void;
  /** Takes the line of progress away, so that something else can be printed. */
  clear(): void;
}

type Out = Pick<NodeJS.WritableStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

const CLEAR = '\r\x1b[2K';
const REDRAW_MS = 500;

/**
 * Seconds that remain: the plan, corrected by how the plan has held so far. `plannedAtStart` and `planned`
 * are the seconds planned at the start and now, `spent` those gone by.
 */
export const remaining = (plannedAtStart: number, planned: number, spent: number): number => {
  const done = plannedAtStart - planned;
  return done > 0 ? planned * (spent / done) : planned;
};

export const stepText = ({ line, rotation, rotations, peer }: Step): string =>
  `${line}, ${rotation === 0 ? 'warm-up' : `rotation ${rotation} of ${rotations}`}, ${peer}`;

/** On a terminal one line that is rewritten; elsewhere one line a rotation. `now` in milliseconds, rising. */
export const openProgress = (
  out: Out,
  plannedAtStart: number,
  now: () => number = () => performance.now(),
): Progress => {
  const start = now();
  let timer: NodeJS.Timeout | undefined;
  let told = '';
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
      if (rotation !== told) out.write(`${text()}\n`);
      told = rotation;
    },
    clear() {
      clearInterval(timer);
      if (out.isTTY) out.write(CLEAR);
    },
  };
};
