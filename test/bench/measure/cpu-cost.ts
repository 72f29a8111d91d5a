import type { Target } from '../line.ts';

/** Operations per second that the tuning guide aims at. */
const AIM = 500_000;

/**
 * Runs `work` and measures the processor seconds that the balancer uses meanwhile; undefined without a
 * balancer.
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

/** Processor microseconds per operation; undefined if there were no operations. */
export const microsecondsPer = (cpuSeconds: number | undefined, operations: number): number | undefined =>
  cpuSeconds === undefined || operations === 0 ? undefined : (cpuSeconds * 1e6) / operations;

/** Cores that 500,000 operations per second need at this cost. */
export const coresForAim = (microseconds: number | undefined): number | undefined =>
  microseconds === undefined ? undefined : (microseconds * AIM) / 1e6;
