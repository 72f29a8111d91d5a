import { acceptorsOf } from '../../crds/acceptors.ts';
import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import {
  connectionsInMemory,
  connectionsOfDescriptors,
  DESCRIPTORS_EACH,
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
import { bytesPerConnection, perConnectionText } from './connection-memory.ts';
import { connectionsPerCore, whyHeavy } from './rate.ts';
import { isUdpOnly, udpShare } from './udp-share.ts';

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
    memory: inMebibytes(memoryFor(acceptors, share, bytesPerConnection(spec))),
    fileDescriptors: descriptorsFor(share, descriptorsEach(spec)),
    sourcePorts: ports,
    // More endpoints do not help UDP sessions.
    endpoints: isUdpOnly(spec) ? 1 : Math.max(1, Math.ceil(share / ports)),
    howComputed: explanation(spec, replicas, share),
  };
};

const descriptorsEach = (spec: L4BalancerSpec): number =>
  isUdpOnly(spec) ? DESCRIPTORS_EACH.session : DESCRIPTORS_EACH.connection;

/**
 * Connections that one pod can hold, as limited by its cores, its memory, its file descriptors, and for UDP
 * sessions its source ports.
 */
const perPod = (spec: L4BalancerSpec): number => {
  const acceptors = acceptorsOf(spec);
  const memory = bytes(effectiveTuning(spec).resources.limits.memory);
  return Math.min(
    acceptors * connectionsPerCore(spec),
    connectionsInMemory(acceptors, memory, bytesPerConnection(spec)),
    connectionsOfDescriptors(descriptorsOf(spec), descriptorsEach(spec)),
    // Infinity without UDP listeners.
    Math.floor(sourcePorts(spec) / udpShare(spec)),
  );
};

/**
 * Source ports to each endpoint: every connection uses one port of the pod's address. UDP sessions share them
 * over all endpoints.
 */
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

const portsNeeded = (spec: L4BalancerSpec): string => {
  const ports = sourcePorts(spec);
  const ofUdp = `at most ${ports} UDP sessions at a time, whatever their endpoints`;
  const ofTcp = `enough endpoints that none gets more than ${ports} connections`;
  if (isUdpOnly(spec)) return `and ${ofUdp}`;
  return udpShare(spec) === 0 ? `and ${ofTcp}` : `${ofUdp}, and ${ofTcp}`;
};

const explanation = (spec: L4BalancerSpec, replicas: number, share: number): string => {
  const acceptors = acceptorsOf(spec);
  const rate = connectionsPerCore(spec);
  const reasons = whyHeavy(spec);
  const why =
    spec.capacity?.connectionsPerCore === undefined
      ? reasons.length === 0
        ? ''
        : ` because ${reasons.join(' and ')}`
      : ' as set in spec.capacity';
  return (
    `${replicas} ${plural(replicas, 'replica')} with ${acceptors} ${plural(acceptors, 'core')} each, ${rate} connections per core${why}. ` +
    `For ${share} connections, a replica needs ${descriptorsFor(share, descriptorsEach(spec))} file descriptors (${isUdpOnly(spec) ? 'one per UDP session' : 'two per connection'} and a reserve), ` +
    `${inMebibytes(memoryFor(acceptors, share, bytesPerConnection(spec)))} of memory (192 MiB, 32 MiB per core and ${perConnectionText(spec)}), ` +
    `${portsNeeded(spec)} (source ports).${noteOnDefaultReplicas(spec, replicas)}`
  );
};
