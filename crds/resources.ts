import type { L4BalancerSpec } from './l4balancer.ts';
import { PRESETS, type Resources } from './presets.ts';
import { bytes, cpuMillis, type Quantity } from './quantity.ts';

/** The part of a spec that shapes the pods: what decides whether they have to be replaced. */
export type TunedSpec = Pick<L4BalancerSpec, 'tuning' | 'workload'>;

/** CPU and memory that each pod is given. */
export interface EffectiveResources {
  readonly requests: Resources;
  readonly limits: Resources;
}

/**
 * Requests and limits of each pod. A request that comes from the profile is lowered to a smaller limit given in the spec,
 * so that giving only limits is enough.
 */
export const effectiveResources = ({ tuning, workload }: TunedSpec): EffectiveResources => {
  const preset = PRESETS[tuning.profile];
  const { requests = {}, limits = {} } = workload.resources ?? {};
  const cpuLimit = String(limits.cpu ?? preset.limits.cpu);
  const memoryLimit = String(limits.memory ?? preset.limits.memory);
  return {
    requests: {
      cpu: String(requests.cpu ?? smaller(preset.requests.cpu, cpuLimit, cpuMillis)),
      memory: String(requests.memory ?? smaller(preset.requests.memory, memoryLimit, bytes)),
    },
    limits: { cpu: cpuLimit, memory: memoryLimit },
  };
};

const smaller = (a: string, b: string, size: (quantity: Quantity) => number): string =>
  size(a) <= size(b) ? a : b;
