import type { Target } from '../line.ts';

/** Operations a second of the tuning guide's aim, for which cores are counted. */
const AIM = 500_000;

/**
 * Does `work` and says how many processor seconds the balancer used meanwhile; undefined where there is none.
 */
export const withCpu = async <T>(
  target: Target,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpuSeconds: number | undefined }> => {
  const before = target.cpuSeconds();
  const result = await work();
  const after = target.cpuSeconds();
  return {
    result,
    cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
  };
};

/** Processor microseconds of one operation; undefined where there was none. */
export const microsecondsPer = (cpuSeconds: number | undefined, operations: number): number | undefined =>
  cpuSeconds === undefined || operations === 0 ? undefined : (cpuSeconds * 1e6) / operations;

/** Cores that 500,000 operations a second take at this cost. */
export const coresForAim = (microseconds: number | undefined): number | undefined =>
  microseconds === undefined ? undefined : (microseconds * AIM) / 1e6;
