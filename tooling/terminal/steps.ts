import { elapsed } from './duration.ts';

/**
 * Prints the steps of a long command: the current step, how long it has been running, and the finished ones.
 */
export interface Steps {
  /** Runs one step; `progress` replaces the text shown behind its name. */
  run<T>(name: string, work: (progress: (text: string) => void) => Promise<T>): Promise<T>;
}

export interface StepsOptions {
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
  /** Milliseconds between two lines of progress if the output is not a terminal. */
  readonly quietMs?: number;
}

const NAME_WIDTH = 34;
const CLEAR_LINE = '\r\x1b[2K';

/**
 * On a terminal the line of the current step is rewritten every half second; elsewhere (a log) a long step
 * prints a line every ten seconds.
 */
export const openSteps = (
  out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
  { now = () => performance.now(), quietMs = 10_000 }: StepsOptions = {},
): Steps => {
  const terminal = out.isTTY === true;
  const colour = (code: number, text: string): string => (terminal ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    async run(name, work) {
      const start = now();
      const time = (): string => elapsed(now() - start).padStart(6);
      let text = '';
      const show = (): void => {
        const line = `  … ${name.padEnd(NAME_WIDTH)} ${time()}  ${text}`;
        if (terminal) out.write(`${CLEAR_LINE}${line.slice(0, (out.columns ?? 100) - 1)}`);
        else out.write(`${line.trimEnd()}\n`);
      };
      if (terminal) show();
      const timer = setInterval(show, terminal ? 500 : quietMs);
      const end = (mark: string): void => {
        clearInterval(timer);
        out.write(`${terminal ? CLEAR_LINE : ''}  ${mark} ${name.padEnd(NAME_WIDTH)} ${time()}\n`);
      };
      try {
        const result = await work((progress) => {
          text = progress;
        });
        end(colour(32, '✓'));
        return result;
      } catch (error) {
        end(colour(31, '✗'));
        throw error;
      }
    },
  };
};
