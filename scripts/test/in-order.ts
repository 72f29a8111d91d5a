/**
 * Runs test files in the order of its arguments, which `node --test` does not: it sorts them. Arguments:
 * options as JSON, then the files. SIGTERM and SIGINT abort the tests that run.
 */
import { run } from 'node:test';
import report from './reporter.ts';

export interface RunnerOptions {
  readonly concurrency: number;
  /** Milliseconds for one test. */
  readonly timeout: number;
  /** URL of a module to load before each file. */
  readonly setup: string;
}

const [options = '{}', ...files] = process.argv.slice(2);
const { concurrency, timeout, setup } = JSON.parse(options) as RunnerOptions;
const abort = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => abort.abort());

run({ files, concurrency, timeout, execArgv: [`--import=${setup}`], signal: abort.signal })
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(report)
  .pipe(process.stdout);
