import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { descriptorsOf, memoryFor } from '../../crds/plan-pod.ts';
import { bytes, cpuMillis } from '../../crds/quantity.ts';
import { inMebibytes } from '../../crds/resources.ts';
import { plural } from '../text/lists-and-counts.ts';
import { bytesPerConnection } from './connection-memory.ts';
import type { Plan } from './plan.ts';
import { isUdpOnly, udpShare } from './udp-share.ts';

/** Number of endpoints by backend, if known. */
export type EndpointCounts = ReadonlyMap<string, number>;

/** One thing that the pods lack; its reason is one of the warnings in the status. */
export interface CapacityWarning {
  readonly reason:
    | 'AcceptorsAboveRequest'
    | 'TooFewCores'
    | 'TooLittleMemory'
    | 'TooFewDescriptors'
    | 'TooFewSourcePorts';
  readonly message: string;
}

/**
 * What the pods lack for the requested capacity, in the order of the catalogue. None of it stops anything.
 * `counts` is about backends whose endpoints come from a Service.
 */
export const checkCapacity = (
  spec: L4BalancerSpec,
  plan: Plan,
  counts: EndpointCounts = new Map(),
): readonly CapacityWarning[] =>
  [
    checkRequest(spec),
    ...(plan.asked === undefined || plan.replicas === 0
      ? []
      : CHECKS.map((check) => check(spec, plan, plan.asked ?? 0, counts))),
  ].filter((warning) => warning !== undefined);

const checkRequest = (spec: L4BalancerSpec): CapacityWarning | undefined => {
  const { acceptors, resources } = effectiveTuning(spec);
  const reserved = Math.ceil(cpuMillis(resources.requests.cpu) / 1000);
  return acceptors <= reserved
    ? undefined
    : {
        reason: 'AcceptorsAboveRequest',
        message: `${acceptors} acceptors share a CPU request of ${resources.requests.cpu}: on a busy node, some wait while others run. Raise workload.resources.requests.cpu to ${acceptors}, or lower tuning.acceptors.`,
      };
};

/** The setting that decides how many pods there are. */
const numberOf = ({ workload }: L4BalancerSpec): string => {
  if (workload.kind === 'DaemonSet') return 'the number of nodes';
  return workload.autoscaling === undefined ? 'workload.replicas' : 'workload.autoscaling.maxReplicas';
};

type Check = (
  spec: L4BalancerSpec,
  plan: Plan,
  asked: number,
  counts: EndpointCounts,
) => CapacityWarning | undefined;

const checkCores: Check = (spec, { replicas, cores, connectionsPerCore }, asked) => {
  const carried = replicas * cores * connectionsPerCore;
  return carried >= asked
    ? undefined
    : {
        reason: 'TooFewCores',
        message: `${replicas} ${plural(replicas, 'replica')} with ${cores} ${plural(cores, 'core')} ${plural(replicas, 'carries', 'carry')} ${carried} connections (${connectionsPerCore} per core), but ${asked} are requested. That takes ${Math.ceil(asked / (cores * connectionsPerCore))} replicas of this size: raise ${numberOf(spec)}.`,
      };
};

const checkMemory: Check = (spec, { replicas, cores }, asked) => {
  const { memory } = effectiveTuning(spec).resources.limits;
  const needed = memoryFor(cores, Math.ceil(asked / replicas), bytesPerConnection(spec));
  return bytes(memory) >= needed
    ? undefined
    : {
        reason: 'TooLittleMemory',
        message: `The memory limit is too low for the planned connections: a replica needs ${inMebibytes(needed)} and has ${memory}. Raise workload.resources.limits.memory or ${numberOf(spec)}, or omit the memory limit.`,
      };
};

const checkDescriptors: Check = (spec, { fileDescriptors }) => {
  const has = descriptorsOf(spec);
  return has >= fileDescriptors
    ? undefined
    : {
        reason: 'TooFewDescriptors',
        message: `The file descriptor limit is too low for the planned connections: a replica needs ${fileDescriptors}, and the limit is expected to be ${has}. Raise tuning.fileDescriptors (the node must allow it) or ${numberOf(spec)}.`,
      };
};

/**
 * Assumes that connections are spread evenly over the backends. A backend without endpoints does not lack
 * source ports.
 */
const checkSourcePorts: Check = (spec, { replicas, sourcePorts }, asked, counts) => {
  if (isUdpOnly(spec)) return undefined;
  const share = asked / replicas / spec.backends.length;
  const short = spec.backends.filter(({ name, endpoints }) => {
    const count = endpoints?.length ?? counts.get(name) ?? 0;
    return count > 0 && count * sourcePorts < share;
  });
  const [first] = short.map(({ name }) => name).sort();
  return first === undefined
    ? undefined
    : {
        reason: 'TooFewSourcePorts',
        message: `Backend "${first}" needs ${Math.ceil(share / sourcePorts)} endpoints for its share of the connections: a replica has ${sourcePorts} source ports for each. Add endpoints, raise ${numberOf(spec)}, or widen net.ipv4.ip_local_port_range.`,
      };
};

/** The kernel gives each UDP session a source port of its own, whatever its endpoint. */
const checkUdpPorts: Check = (spec, { replicas, sourcePorts }, asked) => {
  const sessions = Math.ceil((asked / replicas) * udpShare(spec));
  return sessions <= sourcePorts
    ? undefined
    : {
        reason: 'TooFewSourcePorts',
        message: `A replica needs ${sessions} source ports for its UDP sessions and has ${sourcePorts}, whatever the number of endpoints. Raise ${numberOf(spec)}, widen net.ipv4.ip_local_port_range, or shorten timeouts.idle of the UDP listeners.`,
      };
};

const CHECKS: readonly Check[] = [checkCores, checkMemory, checkDescriptors, checkSourcePorts, checkUdpPorts];
