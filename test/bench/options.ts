import { parseArgs } from 'node:util';
import type { SysctlSet } from './network/setting.ts';

export interface BenchOptions {
  readonly rotations: number;
  /** Seconds of one measurement. */
  readonly seconds: number;
  /** Acceptors, threads and workers; undefined for one per core. */
  readonly threads: number | undefined;
  /** Names of the lines to measure; undefined for all. */
  readonly lines: readonly string[] | undefined;
  /** Another checkout whose relay is measured in place of the other peers. */
  readonly against: string | undefined;
  readonly place: 'loopback' | 'namespaces' | 'both';
  readonly sysctls: SysctlSet | 'both';
  /** File that the results are written to. */
  readonly json: string | undefined;
  /** Whether to add to that file. */
  readonly add: boolean;
}

export type BenchCommand =
  | { readonly command: 'Run'; readonly options: BenchOptions }
  /** Prints the tables of a results file, for people or for RESULTS.md. */
  | { readonly command: 'Show'; readonly file: string; readonly markdown: boolean }
  | { readonly command: 'Help' }
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

/** The text of --help, with the available lines. */
export const usage = (lines: readonly { readonly name: string; readonly title: string }[]): string => {
  const width = Math.max(...lines.map(({ name }) => name.length)) + 2;
  return `Compares this project's proxy with HAProxy, nginx stream and no balancer, on this machine.

  node test/bench/main.ts [--lines NAME,NAME…] [--rotations 7] [--place both] [--sysctls both] [--json FILE [--add]]
  node test/bench/main.ts --show FILE [--markdown]

  --lines A,B     measure these lines only; a name that ends in * selects all with that prefix
  --rotations N   1 to 100; each rotation measures every peer once and starts with the next peer
  --seconds N     seconds of one measurement, 1 to 600; 3 by default
  --threads N     acceptors, threads and workers of each peer, 1 to 64; one per core by default
  --against DIR   measure the relay of this checkout and that of the checkout in DIR, and no other peer
  --place WHERE   loopback, namespaces (clients, balancer and endpoints each in a network namespace; root only) or both
  --sysctls SET   in namespaces: the kernel's default, the tuning guide's, or both
  --json FILE     write every value of every rotation to FILE, after each line
  --add           add rotations or lines, measured with the same options, to the results in FILE
  --show FILE     print the tables of FILE and measure nothing
  --markdown      with --show, print the compared figures as tables for RESULTS.md
  --help

Lines:
${lines.map(({ name, title }) => `  ${name.padEnd(width)}${title}`).join('\n')}
`;
};

/** Parses an option's integer from 1 to `most`; adds to `problems` if it is not one. */
export const integer = (name: string, text: string, most: number, problems: string[]): number => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    problems.push(`${name}: expected an integer from 1 to ${most}, found ${JSON.stringify(text)}`);
  return value;
};

const oneOf = <T extends string>(
  name: string,
  text: string,
  allowed: readonly [T, ...T[]],
  problems: string[],
): T => {
  const found = allowed.find((one) => one === text);
  if (found === undefined)
    problems.push(`${name}: expected ${allowed.join(' or ')}, found ${JSON.stringify(text)}`);
  return found ?? allowed[0];
};

/** The names that `wanted` selects, in the order of `all`. */
const named = (wanted: readonly string[], all: readonly string[], problems: string[]): readonly string[] => {
  const matches = (pattern: string, name: string): boolean =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  for (const pattern of wanted)
    if (!all.some((name) => matches(pattern, name)))
      problems.push(`--lines: no line is called ${JSON.stringify(pattern)}; expected ${all.join(', ')}`);
  return all.filter((name) => wanted.some((pattern) => matches(pattern, name)));
};

const FLAGS = {
  help: { type: 'boolean', short: 'h', default: false },
  lines: { type: 'string', multiple: true },
  rotations: { type: 'string', default: '7' },
  seconds: { type: 'string', default: '3' },
  threads: { type: 'string' },
  against: { type: 'string' },
  place: { type: 'string', default: 'both' },
  sysctls: { type: 'string', default: 'both' },
  json: { type: 'string' },
  add: { type: 'boolean', default: false },
  show: { type: 'string' },
  markdown: { type: 'boolean', default: false },
} as const;

/** Parses the command line; reports all problems at once. */
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
  if (values.show !== undefined) return { command: 'Show', file: values.show, markdown: values.markdown };
  const wanted = values.lines?.flatMap((text) => text.split(','));
  const options: BenchOptions = {
    rotations: integer('--rotations', values.rotations, 100, problems),
    seconds: integer('--seconds', values.seconds, 600, problems),
    threads: values.threads === undefined ? undefined : integer('--threads', values.threads, 64, problems),
    lines: wanted === undefined ? undefined : named(wanted, lineNames, problems),
    against: values.against,
    place: oneOf('--place', values.place, ['loopback', 'namespaces', 'both'], problems),
    sysctls: oneOf('--sysctls', values.sysctls, ['default', 'guide', 'both'], problems),
    json: values.json,
    add: values.add,
  };
  if (values.markdown) problems.push('--markdown: needs --show FILE, the results to print');
  if (values.add && values.json === undefined) problems.push('--add: needs --json FILE, the file to add to');
  return problems.length > 0 ? { command: 'Refused', problems } : { command: 'Run', options };
};
