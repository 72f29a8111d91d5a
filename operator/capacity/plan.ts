import { acceptorsOf } from '../../crds/acceptors.ts';
import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import {
  connectionsInMemory,
  connectionsOfDescriptors,
  descriptorsFor,
  descriptorsOf,
  memoryFor,
  podsFor,
  podsGiven,
} from '../../crds/plan-pod.ts';
import { bytes } from '../../crds/quantity.ts';
import { inMebibytes } from '../../crds/resources.ts';
import type { Status } from '../../crds/status.ts';
import { plural } from '../text/lists-and-counts.ts';
import { connectionsPerCore, isHeavy } from './rate.ts';

export type Plan = NonNullable<Status['capacity']>;

/** Size of the kernel's default range, 32768 to 60999, which applies unless it is set otherwise. */
const KERNEL_PORTS = 28_232;

/** Pods that the capacity needs if the spec names no number; undefined without a capacity. */
export const plannedReplicas = (spec: L4BalancerSpec): number | undefined => {
  const { capacity } = spec;
  if (capacity === undefined) return undefined;
  return podsGiven(spec) ?? podsFor(capacity.connections, perPod(spec));
};

/** The connections that `replicas` pods can hold, and what each pod needs for them. */
export const planCapacity = (spec: L4BalancerSpec, replicas: number): Plan => {
  const acceptors = acceptorsOf(spec);
  const rate = connectionsPerCore(spec);
  const asked = spec.capacity?.connections;
  const pods = Math.max(1, replicas);
  const holds = perPod(spec);
  const share = asked === undefined ? holds : Math.ceil(asked / pods);
  const ports = sourcePorts(spec);
  return {
    connections: replicas * holds,
    ...(asked === undefined ? {} : { asked }),
    connectionsPerCore: rate,
    replicas,
    cores: acceptors,
    memory: inMebibytes(memoryFor(acceptors, share)),
    fileDescriptors: descriptorsFor(share),
    sourcePorts: ports,
    endpoints: Math.max(1, Math.ceil(share / ports)),
    howComputed: explanation(spec, replicas, share),
  };
};

/** Connections that one pod can hold, as limited by its cores, its memory and its file descriptors. */
const perPod = (spec: L4BalancerSpec): number => {
  const acceptors = acceptorsOf(spec);
  const memory = bytes(effectiveTuning(spec).resources.limits.memory);
  return Math.min(
    acceptors * connectionsPerCore(spec),
    connectionsInMemory(acceptors, memory),
    connectionsOfDescriptors(descriptorsOf(spec)),
  );
};

/** Source ports to each endpoint: every connection uses one port of the pod's address. */
export const sourcePorts = (spec: L4BalancerSpec): number => {
  const { sysctls, hostNetwork } = effectiveTuning(spec);
  const range = hostNetwork
    ? undefined
    : sysctls.find(({ name }) => name === 'net.ipv4.ip_local_port_range')?.value;
  if (range === undefined) return KERNEL_PORTS;
  const [low = 0, high = 0] = range.split(/[ \t]+/).map(Number);
  return high - low + 1;
};

/**
 * Explains that 1, the default of the schema, leaves the number open, so that `kubectl scale` to 1 succeeds
 * but changes nothing.
 */
const noteOnDefaultReplicas = ({ workload }: L4BalancerSpec, replicas: number): string =>
  workload.kind === 'DaemonSet' ||
  workload.autoscaling !== undefined ||
  workload.replicas !== 1 ||
  replicas === 1
    ? ''
    : ` workload.replicas is 1, the default, which leaves the number open, even if kubectl scale has set it: ${replicas} replicas are planned. Any other number is used as given. For a single pod, omit capacity, or set its cores: workload.resources.limits.cpu.`;

const explanation = (spec: L4BalancerSpec, replicas: number, share: number): string => {
  const acceptors = acceptorsOf(spec);
  const rate = connectionsPerCore(spec);
  const why =
    spec.capacity?.connectionsPerCore === undefined
      ? isHeavy(spec)
        ? ' because every connection is logged'
        : ''
      : ' as set in spec.capacity';
  return (
    `${replicas} ${plural(replicas, 'replica')} with ${acceptors} ${plural(acceptors, 'core')} each, ${rate} connections per core${why}. ` +
    `For ${share} connections, a replica needs ${descriptorsFor(share)} file descriptors (two per connection and a reserve), ` +
    `${inMebibytes(memoryFor(acceptors, share))} of memory (192 MiB, 32 MiB per core and 16 KiB per connection), ` +
    `and enough endpoints that none gets more than ${sourcePorts(spec)} connections (source ports).${noteOnDefaultReplicas(spec, replicas)}`
  );
};
