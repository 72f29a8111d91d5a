import { MAX_ACCEPTORS, type TunedSpec } from './plan-pod.ts';
import { cpuMillis, type Quantity } from './quantity.ts';
import { effectiveResources } from './resources.ts';

/** `tuning.acceptors` if set; otherwise one per whole core of the CPU limit, and at least one. */
export const acceptorsOf = (spec: TunedSpec): number =>
  spec.tuning.acceptors ?? acceptorsOfCpu(effectiveResources(spec).limits.cpu);

/**
 * One acceptor per whole core: with more, all of them would stall once the CPU quota of a period is spent.
 */
export const acceptorsOfCpu = (limit: Quantity): number =>
  Math.min(MAX_ACCEPTORS, Math.max(1, Math.floor(cpuMillis(limit) / 1000)));
