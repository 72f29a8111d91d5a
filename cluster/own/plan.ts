import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The machines of a cluster of our own: the control plane, two nodes, and one for clients. */
export type Host = 'cp' | 'n1' | 'n2' | 'cl';

export interface NodePlan {
  readonly host: 'n1' | 'n2';
  readonly sysctls: 'strict' | 'allowed';
  /** The /24 of its pods; exists only within the cluster's namespaces. */
  readonly pods: string;
}

/** The names and paths that a cluster uses; they contain its name, so that clusters can coexist. */
export interface Plan {
  readonly name: string;
  /** Holds all files of the cluster. */
  readonly folder: string;
  /** Folder under each cgroup hierarchy. */
  readonly cgroup: string;
  /** The only interface that it adds to the machine's own network. */
  readonly hostInterface: string;
  readonly path: (...parts: string[]) => string;
}

export const HOSTS: readonly Host[] = ['cp', 'n1', 'n2', 'cl'];
export const NODES: readonly NodePlan[] = [
  { host: 'n1', sysctls: 'strict', pods: '10.244.1.0/24' },
  { host: 'n2', sysctls: 'allowed', pods: '10.244.2.0/24' },
];
export const POD_RANGE = '10.244.0.0/16';
export const SERVICE_RANGE = '10.96.0.0/16';
export const API_SERVICE = '10.96.0.1';
export const API_PORT = 6443;

const NAME = /^[a-z][a-z0-9]{0,9}$/;

/** Throws for a name that does not fit into an interface name (15 bytes in all). */
export function planCluster(name: string): Plan {
  if (!NAME.test(name)) {
    throw new Error(
      `the cluster's name must be 1 to 10 lowercase letters and digits, starting with a letter; found ${JSON.stringify(name)}`,
    );
  }
  const folder = join(tmpdir(), `l4balancer-${name}`);
  return {
    name,
    folder,
    cgroup: `l4b-${name}`,
    hostInterface: `l4b-${name}`,
    path: (...parts) => join(folder, ...parts),
  };
}

const LAST_BYTE = { host: 1, cp: 10, n1: 11, n2: 12, cl: 50 } as const;

/**
 * Address in the cluster's own network. 198.18.0.0/15 is reserved for benchmarks (RFC 2544), so it does not
 * collide with real networks; `subnet` is its third byte.
 */
export function addressOf(subnet: number, host: Host | 'host'): string {
  return `198.18.${subnet}.${LAST_BYTE[host]}`;
}
