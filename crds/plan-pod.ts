import type { L4BalancerSpec } from './l4balancer.ts';
import { PRESETS } from './presets.ts';
import { cpuMillis } from './quantity.ts';

/** The part of a spec that shapes the pods: what decides whether they have to be replaced. */
export type TunedSpec = Pick<L4BalancerSpec, 'tuning' | 'workload' | 'capacity'>;

/**
 * Active connections that one core carries, by the guide: 50,000 plain, 20,000 where much is done for each.
 */
export const CONNECTIONS_PER_CORE = { plain: 50_000, heavy: 20_000 } as const;

/** As many threads as the schema admits, whatever the CPU limit. */
export const MAX_ACCEPTORS = 256;

/**
 * The guide's pod; more cores come as more pods, so that a node that fails takes fewer connections with it.
 */
const MOST_CORES = 8;
/** So that one may fail. */
const FEWEST_PODS = 2;

/** A connection has two sockets. */
const DESCRIPTORS_PER_CONNECTION = 2;
/**
 * For listening sockets, health checks, the admin endpoint, Node itself; the engine keeps back a part of it.
 */
const DESCRIPTOR_RESERVE = 1024;
/** The hard limit of today's container runtimes (systemd's), where no more is asked for. */
const RUNTIME_DESCRIPTORS = 524_288;

const MIB = 2 ** 20;
/** A proxy with one acceptor holds 145 to 170 MiB before the first connection. */
const BASE_BYTES = 192 * MIB;
/** The heap and the buffers of one acceptor thread. */
const ACCEPTOR_BYTES = 32 * MIB;
/**
 * Of one connection: 150 B here; 2 × 3.7 KiB in the kernel's slabs (socket, inode, file, dentry, epoll entry;
 * Linux 6.18), which the cgroup is charged for; and one in ten that waits for a slow peer, with 32 KiB kept
 * for each direction.
 */
const CONNECTION_BYTES = 16 * 1024;
/** Memory is given in steps, so that a few connections more change no pod. */
const STEP_BYTES = 64 * MIB;

/** Memory in bytes that a pod needs which relays with `acceptors` threads. */
export const memoryFor = (acceptors: number, connections: number): number =>
  Math.ceil((BASE_BYTES + acceptors * ACCEPTOR_BYTES + connections * CONNECTION_BYTES) / STEP_BYTES) *
  STEP_BYTES;

/** Connections that a pod's memory has room for. */
export const connectionsInMemory = (acceptors: number, memory: number): number =>
  Math.max(0, Math.floor((memory - BASE_BYTES - acceptors * ACCEPTOR_BYTES) / CONNECTION_BYTES));

export const descriptorsFor = (connections: number): number =>
  DESCRIPTORS_PER_CONNECTION * connections + DESCRIPTOR_RESERVE;

/** Connections that a number of file descriptors has room for. */
export const connectionsOfDescriptors = (descriptors: number): number =>
  Math.max(0, Math.floor((descriptors - DESCRIPTOR_RESERVE) / DESCRIPTORS_PER_CONNECTION));

/** File descriptors that a pod can count on: what is asked for, else what runtimes give. */
export const descriptorsOf = ({ tuning }: Pick<TunedSpec, 'tuning'>): number =>
  tuning.fileDescriptors ?? PRESETS[tuning.profile].fileDescriptors ?? RUNTIME_DESCRIPTORS;

/** A pod as spec.capacity asks for it. */
export interface PlannedPod {
  /** Whole cores: requests equal limits, so that the pod is Guaranteed and may have them for itself. */
  readonly cores: number;
  /** In bytes. */
  readonly memory: number;
}

/**
 * The pod that spec.capacity asks for; undefined without it. It follows from the spec's numbers alone and not
 * from the listeners: a listener that makes connections dearer changes how many pods there are, and restarts
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

/** Pods that the spec names itself; undefined where their number follows from the capacity. */
export const podsGiven = ({ tuning, workload }: TunedSpec): number | undefined => {
  if (PRESETS[tuning.profile].hostNetwork && workload.kind === 'Deployment') return 1;
  if (workload.autoscaling !== undefined) return workload.autoscaling.maxReplicas;
  return workload.kind === 'DaemonSet' || workload.replicas < FEWEST_PODS ? undefined : workload.replicas;
};

/** Pods that it takes when each carries so many connections. */
export const podsFor = (connections: number, perPod: number): number =>
  Math.max(FEWEST_PODS, Math.ceil(connections / Math.max(1, perPod)));
