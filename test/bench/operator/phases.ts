import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorProcess } from '../../operator/integration/operator.ts';
import { OPERATOR } from '../../operator/integration/rights.ts';
import type { TestWorld } from '../../operator/integration/world.ts';
import { cpuOfFamily, residentOfFamily } from '../measure/proc.ts';
import { CHILD_KINDS, type Crowd } from './crowd.ts';
import type { OperatorBenchOptions } from './options.ts';
import type { OperatorFigure } from './report.ts';

/** What all phases use; `start` starts a new operator process. */
export interface OperatorBench {
  readonly world: TestWorld;
  readonly crowd: Crowd;
  readonly options: OperatorBenchOptions;
  readonly start: () => OperatorProcess;
  readonly reportPhase: (phase: string) => void;
  readonly signal: AbortSignal;
}

const MIB = 2 ** 20;
const POLL_MS = 100;
/** Time without a write after which the operator counts as idle. */
const QUIET_MS = 3000;

const figure = (
  name: string,
  unit: string,
  values: readonly number[],
  atMost?: number,
  of: OperatorFigure['of'] = 'Median',
): OperatorFigure => ({ name, unit, values, of, ...(atMost === undefined ? {} : { atMost }) });

/** Seconds since `begun`, a time of performance.now. */
const since = (begun: number): number => (performance.now() - begun) / 1000;

const pidOf = ({ child }: OperatorProcess): number => child.pid ?? 0;

/** Highest resident memory while `work` runs, in MiB. */
const watchMemory = async (operator: OperatorProcess, work: Promise<void>): Promise<number> => {
  let most = 0;
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  while (!done) {
    most = Math.max(most, residentOfFamily(pidOf(operator)) / MIB);
    await Promise.race([ended, sleep(POLL_MS)]);
  }
  await ended;
  return most;
};

const quiet = async ({ world, signal }: OperatorBench): Promise<void> => {
  for (let before = -1, now = world.auditSize(); ; now = world.writes(OPERATOR).length) {
    if (now === before) return;
    before = now;
    await sleep(QUIET_MS, undefined, { signal });
  }
};

const allChildren = async ({ crowd, options, signal }: OperatorBench): Promise<void> => {
  while ((await crowd.children()) < options.count * CHILD_KINDS.length)
    await sleep(POLL_MS, undefined, { signal });
};

/** Measures from the start of the process to the last child of all resources. */
const coldStart = async (bench: OperatorBench, operator: OperatorProcess): Promise<OperatorFigure[]> => {
  bench.reportPhase('cold start');
  const begun = performance.now();
  const memory = await watchMemory(operator, allChildren(bench));
  const seconds = since(begun);
  const cpu = cpuOfFamily(pidOf(operator));
  await quiet(bench);
  const writes = bench.world.writes(OPERATOR).length;
  return [
    figure('cold start to all applied', 's', [seconds], 60),
    figure('processor time of the operator meanwhile', 's', [cpu]),
    figure('highest resident memory meanwhile', 'MiB', [memory], 256),
    figure('writes for each resource, statuses and events too', '', [writes / bench.options.count]),
  ];
};

const steady = async (
  { world, options, reportPhase, signal }: OperatorBench,
  operator: OperatorProcess,
): Promise<OperatorFigure[]> => {
  reportPhase(`steady state, ${options.steadySeconds} s`);
  const from = world.auditSize();
  const cpu = cpuOfFamily(pidOf(operator));
  await sleep(options.steadySeconds * 1000, undefined, { signal });
  const share = ((cpuOfFamily(pidOf(operator)) - cpu) / options.steadySeconds) * 100;
  return [
    figure('steady state: writes', '', [world.writes(OPERATOR, from).length], 0),
    figure('steady state: processor', '% of a core', [share]),
    figure('steady state: resident memory', 'MiB', [residentOfFamily(pidOf(operator)) / MIB], 256),
  ];
};

const oneByOne = async (bench: OperatorBench, step: number): Promise<OperatorFigure[]> => {
  const { world, crowd, options, reportPhase } = bench;
  reportPhase(`${options.changes} changes, one after the other`);
  const from = world.auditSize();
  const durations: number[] = [];
  for (let change = 0; change < options.changes; change++) {
    const index = Math.floor((change * options.count) / options.changes) % options.count;
    // After all resources have been changed, the first ones are changed again.
    const target = step + (options.changes > options.count ? change % 2 : 0);
    const begun = performance.now();
    const followed = crowd.followed(index, target);
    await crowd.apply(index, target);
    await followed;
    durations.push(performance.now() - begun);
  }
  await quiet(bench);
  const writes = world.writes(OPERATOR, from).length;
  return [
    figure('one change: from the user’s call to the child', 'ms', durations, 1000, 'P95'),
    figure('one change: writes', '', [writes / options.changes], 3),
  ];
};

const allAtOnce = async (bench: OperatorBench, step: number): Promise<OperatorFigure[]> => {
  const { world, crowd, options, reportPhase } = bench;
  reportPhase(`${options.count} changes at once`);
  const from = world.auditSize();
  const begun = performance.now();
  const followed = crowd.allFollowed(step);
  await crowd.applyAll(step);
  const applied = since(begun);
  await followed;
  const seconds = since(begun);
  await quiet(bench);
  const writes = world.writes(OPERATOR, from).length;
  return [
    figure(`${options.count} changes: made by the user within`, 's', [applied]),
    figure(`${options.count} changes: in the children after`, 's', [seconds]),
    figure(`${options.count} changes: writes for each`, '', [writes / options.count], 3),
  ];
};

/** A new process reconciles everything; a user's change must not wait for that. */
const restart = async (bench: OperatorBench, before: OperatorProcess): Promise<OperatorFigure[]> => {
  const { world, crowd, options, start, reportPhase } = bench;
  reportPhase('restart');
  await before.stop();
  const from = world.auditSize();
  const begun = performance.now();
  const operator = start();
  await operator.line('caches synced');
  const synced = since(begun);
  const last = options.count - 1;
  const changedAt = performance.now();
  const followed = crowd.followed(last, 90);
  await crowd.apply(last, 90);
  await followed;
  const changed = performance.now() - changedAt;
  await quiet(bench);
  const seconds = since(begun) - QUIET_MS / 1000;
  const writes = world.writes(OPERATOR, from).length;
  const memory = residentOfFamily(pidOf(operator)) / MIB;
  await operator.stop();
  return [
    figure('restart: caches synced', 's', [synced]),
    figure('restart: a user’s change meanwhile, up to the child', 'ms', [changed], 1000),
    figure('restart: quiet after', 's', [seconds]),
    figure('restart: writes for each resource', '', [writes / options.count]),
    figure('restart: resident memory', 'MiB', [memory], 256),
  ];
};

/** Measures one phase after the other with the operator process that the first one starts. */
export const measureOperator = async (bench: OperatorBench): Promise<readonly OperatorFigure[]> => {
  bench.reportPhase(`creating ${bench.options.count} L4Balancers`);
  await bench.crowd.applyAll(0);
  const operator = bench.start();
  const figures = [...(await coldStart(bench, operator))];
  figures.push(...(await steady(bench, operator)));
  figures.push(...(await oneByOne(bench, 1)));
  figures.push(...(await allAtOnce(bench, 10)));
  figures.push(...(await restart(bench, operator)));
  return figures;
};
