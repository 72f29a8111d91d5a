import { dockerVersion } from '../tooling/images/docker.ts';
import type { Cluster, ClusterOptions, ClusterProvider } from './interface/cluster.ts';
import { kindProvider } from './kind/provider.ts';
import { ownProvider } from './own/provider.ts';

/** kind if a docker engine responds, else a cluster of our own. */
export async function clusterProvider(signal?: AbortSignal): Promise<ClusterProvider> {
  return (await dockerVersion(signal)) ? kindProvider : ownProvider;
}

/**
 * The cluster of that name: a healthy one that is already running, or a new one. `close` removes it if it is
 * new, so that a single test leaves nothing behind, while a run of many shares the cluster started for it.
 */
export async function openCluster(name: string, options: ClusterOptions = {}): Promise<Cluster> {
  const provider = await clusterProvider(options.signal);
  const { cluster, made } = await provider.up(name, options);
  return made ? { ...cluster, close: () => provider.down(name) } : cluster;
}
