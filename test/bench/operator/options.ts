import { parseArgs } from 'node:util';
import { integer } from '../options.ts';

export interface OperatorBenchOptions {
  /** Number of L4Balancers. */
  readonly count: number;
  /** Seconds without changes, in which nothing may be written. */
  readonly steadySeconds: number;
  /** Number of changes that are made one after the other. */
  readonly changes: number;
  readonly output: 'table' | 'json';
}

export type OperatorBenchCommand =
  | { readonly command: 'Run'; readonly options: OperatorBenchOptions }
  | { readonly command: 'Help' }
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

export const USAGE = `Measures the operator with many L4Balancers, against a real kube-apiserver and etcd that it starts and removes.

  node test/bench/operator/main.ts [--count 1000] [--steady 60] [--changes 50] [--output json]

  --count N       L4Balancers, 1 to 5000; each has six children
  --steady N      seconds without changes in which writes are counted, 1 to 3600
  --changes N     changes made one after the other, each timed until the child has changed, 1 to 1000
  --output json   one JSON document on standard output; progress keepsAlive on standard error
  --help
`;

const FLAGS = {
  help: { type: 'boolean', short: 'h', default: false },
  count: { type: 'string', default: '1000' },
  steady: { type: 'string', default: '60' },
  changes: { type: 'string', default: '50' },
  output: { type: 'string', default: 'table' },
} as const;

/** Parses the command line; reports all problems at once. */
export const parseOperatorOptions = (argv: readonly string[]): OperatorBenchCommand => {
  const problems: string[] = [];
  try {
    const { values } = parseArgs({ args: [...argv], options: FLAGS });
    if (values.help) return { command: 'Help' };
    const count = integer('--count', values.count, 5000, problems);
    const steadySeconds = integer('--steady', values.steady, 3600, problems);
    const changes = integer('--changes', values.changes, 1000, problems);
    const { output } = values;
    if (output !== 'table' && output !== 'json')
      problems.push(`--output: expected table or json, found ${JSON.stringify(output)}`);
    else if (problems.length === 0)
      return { command: 'Run', options: { count, steadySeconds, changes, output } };
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return { command: 'Refused', problems };
};
