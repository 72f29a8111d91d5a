import type { L4BalancerSpec } from './l4balancer.ts';
import { PRESETS } from './presets.ts';
import { cpuMillis } from './quantity.ts';

/** The part of a spec that determines the pod template: a change of it may replace the pods. */
export type TunedSpec = Pick<L4BalancerSpec, 'tuning' | 'workload' | 'capacity'>;

/** Active connections per core, from the guide: 50,000 if only relayed, 20,000 if more is done for each. */
export const CONNECTIONS_PER_CORE = { plain: 50_000, heavy: 20_000 } as const;

/** The schema's limit of acceptor threads, whatever the CPU limit. */
export const MAX_ACCEPTORS = 256;

/**
 * Size of the guide's pod. Further cores come as further pods, so that a failing node affects fewer
 * connections.
 */
const MOST_CORES = 8;
/** So that one pod may fail. */
const FEWEST_PODS = 2;

/** A TCP connection has two sockets; a UDP session has one, since its client uses that of the listener. */
export const DESCRIPTORS_EACH = { connection: 2, session: 1 } as const;
/**
 * For listening sockets, health checks, the admin endpoint and Node itself; the engine reserves part of it.
 */
const DESCRIPTOR_RESERVE = 1024;
/** The default hard limit of current container runtimes (systemd's), used when the spec sets none. */
const RUNTIME_DESCRIPTORS = 524_288;

const MIB = 2 ** 20;
/**
 * A proxy with one acceptor uses 80 to 100 MiB before the first connection; the rest is for its tables, for
 * scrapes, and for pages of files.
 */
const BASE_BYTES = 192 * MIB;
/** Heap and buffers of one acceptor thread. */
const ACCEPTOR_BYTES = 32 * MIB;
/**
 * Per connection: 170 B in this program; 2 × 3.7 KiB in the kernel's slabs (socket, inode, file, dentry,
 * epoll entry; Linux 6.18), which are charged to the cgroup; and one connection in ten waits for a slow peer,
 * with a 32 KiB buffer per direction.
 */
export const CONNECTION_BYTES = 16 * 1024;
/** Memory is rounded up to this step, so that a few more connections do not change the pods. */
const STEP_BYTES = 64 * MIB;

/** Memory in bytes that a pod with this many acceptor threads and connections, of `each` bytes, needs. */
export const memoryFor = (acceptors: number, connections: number, each = CONNECTION_BYTES): number =>
  Math.ceil((BASE_BYTES + acceptors * ACCEPTOR_BYTES + connections * each) / STEP_BYTES) * STEP_BYTES;

/** Connections of `each` bytes that fit into a pod's memory. */
export const connectionsInMemory = (acceptors: number, memory: number, each = CONNECTION_BYTES): number =>
  Math.max(0, Math.floor((memory - BASE_BYTES - acceptors * ACCEPTOR_BYTES) / each));

export const descriptorsFor = (connections: number, each: number = DESCRIPTORS_EACH.connection): number =>
  each * connections + DESCRIPTOR_RESERVE;

/** Connections that a number of file descriptors suffices for. */
export const connectionsOfDescriptors = (
  descriptors: number,
  each: number = DESCRIPTORS_EACH.connection,
): number => Math.max(0, Math.floor((descriptors - DESCRIPTOR_RESERVE) / each));

/** File descriptors that a pod can count on: the configured limit, otherwise the runtimes' default. */
export const descriptorsOf = ({ tuning }: Pick<TunedSpec, 'tuning'>): number =>
  tuning.fileDescriptors ?? PRESETS[tuning.profile].fileDescriptors ?? RUNTIME_DESCRIPTORS;

/** A pod sized by spec.capacity. */
export interface PlannedPod {
  /** Requests equal limits, so that the pod is of QoS class Guaranteed and may get exclusive cores. */
  readonly cores: number;
  /** In bytes. */
  readonly memory: number;
}

/**
 * The pod that spec.capacity results in; undefined without it. It depends on the spec's numbers alone, not on
 * the listeners: a listener that makes connections more expensive changes the number of pods and restarts
 * none.
 */
export const planPod = (spec: TunedSpec): PlannedPod | undefined => {
  const { capacity } = spec;
  if (capacity === undefined) return undefined;
  const cores = wholeCores(spec, capacity.connections, plannedRate(spec));
  const connections = Math.min(capacity.connections, cores * plannedRate(spec));
  return { cores, memory: memoryFor(cores, connections) };
};

const plannedRate = ({ capacity }: TunedSpec): number =>
  capacity?.connectionsPerCore ?? CONNECTIONS_PER_CORE.plain;

const wholeCores = (spec: TunedSpec, connections: number, rate: number): number => {
  const { tuning, workload } = spec;
  const { requests, limits } = workload.resources ?? {};
  const given = limits?.cpu ?? requests?.cpu;
  if (given !== undefined) return bounded(Math.floor(cpuMillis(given) / 1000));
  if (tuning.acceptors !== undefined) return tuning.acceptors;
  const cores = Math.ceil(connections / rate);
  const most = bounded(
    Math.min(MOST_CORES, Math.floor(connectionsOfDescriptors(descriptorsOf(spec)) / rate)),
  );
  const pods = podsGiven(spec) ?? Math.max(FEWEST_PODS, Math.ceil(cores / most));
  return workload.kind === 'DaemonSet' ? Math.min(cores, most) : bounded(Math.ceil(cores / pods));
};

const bounded = (cores: number): number => Math.min(MAX_ACCEPTORS, Math.max(1, cores));

/** Number of pods if the spec sets it; undefined if it follows from the capacity. */
export const podsGiven = ({ tuning, workload }: TunedSpec): number | undefined => {
  if (PRESETS[tuning.profile].hostNetwork && workload.kind === 'Deployment') return 1;
  if (workload.autoscaling !== undefined) return workload.autoscaling.maxReplicas;
  return workload.kind === 'DaemonSet' || workload.replicas < FEWEST_PODS ? undefined : workload.replicas;
};

/** Number of pods needed when each carries `perPod` connections. */
export const podsFor = (connections: number, perPod: number): number =>
  Math.max(FEWEST_PODS, Math.ceil(connections / Math.max(1, perPod)));
