import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly rounds: number;
  /** Seconds of one measurement. */
  readonly seconds: number;
  /** Names of the lines to measure; undefined for all. */
  readonly only: readonly string[] | undefined;
  readonly output: 'table' | 'json';
}

export type BenchCommand =
  | { readonly command: 'Run'; readonly options: BenchOptions }
  | { readonly command: 'Help' }
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

/** What --help prints, with the lines there are. */
export const usage = (lines: readonly { readonly name: string; readonly title: string }[]): string =>
  `Measures this project's proxy beside HAProxy, nginx stream and no balancer, on this machine.

  node test/bench/main.ts [--rounds 5] [--seconds 3] [--only NAME]... [--output json]

  --rounds N      rounds, 1 to 100; in each one every peer is measured once, the first one changes from round to round
  --seconds N     seconds of one measurement, 1 to 600
  --only NAME     measure this line only; may be given more than once
  --output json   one JSON document on standard output instead of tables; progress stays on standard error
  --help

Lines:
${lines.map(({ name, title }) => `  ${name.padEnd(16)}${title}`).join('\n')}
`;

const whole = (name: string, text: string, most: number, problems: string[]): number => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    problems.push(`${name}: expected a whole number from 1 to ${most}, found ${JSON.stringify(text)}`);
  return value;
};

const FLAGS = {
  help: { type: 'boolean', short: 'h', default: false },
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '3' },
  only: { type: 'string', multiple: true },
  output: { type: 'string', default: 'table' },
} as const;

/** Reads the command line; every problem is told at once. */
export const parseOptions = (argv: readonly string[], lineNames: readonly string[]): BenchCommand => {
  const problems: string[] = [];
  const read = () => {
    try {
      return parseArgs({ args: [...argv], options: FLAGS }).values;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const values = read();
  if (values === undefined) return { command: 'Refused', problems };
  if (values.help) return { command: 'Help' };
  const rounds = whole('--rounds', values.rounds, 100, problems);
  const seconds = whole('--seconds', values.seconds, 600, problems);
  for (const name of values.only ?? [])
    if (!lineNames.includes(name))
      problems.push(`--only: no line is called ${JSON.stringify(name)}; expected ${lineNames.join(', ')}`);
  const { output } = values;
  if (output !== 'table' && output !== 'json') {
    problems.push(`--output: expected table or json, found ${JSON.stringify(output)}`);
    return { command: 'Refused', problems };
  }
  if (problems.length > 0) return { command: 'Refused', problems };
  return { command: 'Run', options: { rounds, seconds, only: values.only, output } };
};
