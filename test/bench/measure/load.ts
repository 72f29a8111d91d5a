import { fileURLToPath } from 'node:url';
import type { Target } from '../line.ts';
import type { LoadPlan, LoadResult } from '../load/plan.ts';
import { runClient } from './run-client.ts';

const PROGRAM = fileURLToPath(new URL('../load/program.ts', import.meta.url));

export type Load = Omit<LoadPlan, 'address' | 'ports'>;

/** Loads `target` with the generator, which runs as a process of its own in the clients' network. */
export const runLoad = async (
  { environment, address, ports, remark }: Target,
  load: Load,
): Promise<LoadResult> => {
  const plan: LoadPlan = { ...load, address, ports };
  const result = JSON.parse(
    await runClient(
      environment,
      [process.execPath, PROGRAM, JSON.stringify(plan)],
      load.warmUpSeconds + load.seconds,
    ),
  ) as LoadResult;
  const failed = describeFailures(result);
  if (failed !== '') remark(`failures: ${failed}`);
  return result;
};

/** Total number of failures. */
export const failuresOf = ({ failures }: Pick<LoadResult, 'failures'>): number =>
  Object.values(failures).reduce((sum, count) => sum + count, 0);

/** The failures, most frequent first: `ECONNRESET 12, TimedOut 1`; empty if there are none. */
export const describeFailures = ({ failures }: Pick<LoadResult, 'failures'>): string =>
  Object.entries(failures)
    .sort(([, a], [, b]) => b - a)
    .map(([why, count]) => `${why} ${count}`)
    .join(', ');
