import { planPod, type TunedSpec } from './plan-pod.ts';
import { PRESETS, type Resources } from './presets.ts';
import { bytes, cpuMillis, type Quantity } from './quantity.ts';

/** CPU and memory of each pod. */
export interface EffectiveResources {
  readonly requests: Resources;
  readonly limits: Resources;
}

/**
 * Requests and limits of each pod. A request from the profile is lowered to a smaller limit in the spec, so
 * that it is enough to set limits. With spec.capacity, omitted values are derived from it, and requests equal
 * limits.
 */
export const effectiveResources = (spec: TunedSpec): EffectiveResources => {
  const { requests = {}, limits = {} } = spec.workload.resources ?? {};
  const planned = planPod(spec);
  if (planned !== undefined) {
    const cpu = String(limits.cpu ?? larger(requests.cpu, String(planned.cores), cpuMillis));
    const memory = String(limits.memory ?? larger(requests.memory, inMebibytes(planned.memory), bytes));
    return {
      requests: { cpu: String(requests.cpu ?? cpu), memory: String(requests.memory ?? memory) },
      limits: { cpu, memory },
    };
  }
  const preset = PRESETS[spec.tuning.profile];
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

const larger = (
  given: Quantity | undefined,
  planned: string,
  size: (quantity: Quantity) => number,
): Quantity => (given === undefined || size(given) < size(planned) ? planned : given);

/** Bytes as a quantity for people, rounded up to mebibytes. */
export const inMebibytes = (size: number): string => `${Math.ceil(size / 2 ** 20)}Mi`;

const smaller = (a: string, b: string, size: (quantity: Quantity) => number): string =>
  size(a) <= size(b) ? a : b;
