import { MAX_ACCEPTORS, type TunedSpec } from './plan-pod.ts';
import { cpuMillis, type Quantity } from './quantity.ts';
import { effectiveResources } from './resources.ts';

/**
 * Explicit `tuning.acceptors`, else the whole cores of the CPU limit; a limit below one core still gives one.
 */
export const acceptorsOf = (spec: TunedSpec): number =>
  spec.tuning.acceptors ?? acceptorsOfCpu(effectiveResources(spec).limits.cpu);

/** One acceptor per whole core: more would stall together whenever the CPU quota of a period is used up. */
export const acceptorsOfCpu = (limit: Quantity): number =>
  Math.min(MAX_ACCEPTORS, Math.max(1, Math.floor(cpuMillis(limit) / 1000)));
