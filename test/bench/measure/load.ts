import { fileURLToPath } from 'node:url';
import type { Target } from '../line.ts';
import type { LoadPlan, LoadResult } from '../load/plan.ts';
import { runClient } from './run-client.ts';

const PROGRAM = fileURLToPath(new URL('../load/program.ts', import.meta.url));

export type Load = Omit<LoadPlan, 'address' | 'ports'>;

/** Loads `target` with the fixed-rate generator, a process of its own where the clients are. */
export const runLoad = async ({ place, address, ports, remark }: Target, load: Load): Promise<LoadResult> => {
  const plan: LoadPlan = { ...load, address, ports };
  const result = JSON.parse(
    await runClient(place, [process.execPath, PROGRAM, JSON.stringify(plan)]),
  ) as LoadResult;
  const failed = describeFailures(result);
  if (failed !== '') remark(`failures: ${failed}`);
  return result;
};

/** Failures of all kinds together. */
export const failuresOf = ({ failures }: Pick<LoadResult, 'failures'>): number =>
  Object.values(failures).reduce((sum, count) => sum + count, 0);

/** What failed, most often first: `ECONNRESET 12, TimedOut 1`; empty where nothing did. */
export const describeFailures = ({ failures }: Pick<LoadResult, 'failures'>): string =>
  Object.entries(failures)
    .sort(([, a], [, b]) => b - a)
    .map(([why, count]) => `${why} ${count}`)
    .join(', ');
