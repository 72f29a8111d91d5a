import { createCgroups } from './cgroups.ts';
import { startApi, startControllers } from './control-plane.ts';
import { untilServing } from './daemon.ts';
import { isApiReady, nodesReady, serviceAccountReady } from './health.ts';
import { writeKeys } from './keys.ts';
import { createNetwork, freeSubnet } from './network.ts';
import { type NodeParts, startAgents, startRuntime } from './node.ts';
import { NODES, type Plan } from './plan.ts';
import { type State, writeState } from './state.ts';

/** Creates a cluster where none exists. Throws with the last lines of the part that failed to start. */
export async function bringUp(
  plan: Plan,
  parts: NodeParts,
  progress: (text: string) => void,
): Promise<State> {
  const { binaries, signal } = parts;
  const hosts = NODES.map((node) => node.host);
  const state: State = { subnet: freeSubnet(), binaries, complete: false };
  writeState(plan, state);
  progress('network');
  createCgroups(plan, hosts);
  await createNetwork(plan, state.subnet);
  writeKeys(plan, state.subnet);

  progress('API server and container runtimes');
  await startApi(plan, state.subnet, binaries);
  await allEnded([
    ...NODES.map((node) => startRuntime(plan, node, parts)),
    untilServing(plan, ['etcd', 'kube-apiserver'], () => isApiReady(plan, state), { signal }),
  ]);
  await startControllers(plan, binaries);
  await allEnded(NODES.map((node) => startAgents(plan, state.subnet, node)));
  progress('nodes');
  const agents = hosts.flatMap((host) =>
    ['containerd', 'kubelet', 'kube-proxy'].map((name) => `${host}-${name}`),
  );
  await untilServing(plan, agents, () => nodesReady(plan, state), { signal, withinMs: 90_000 });
  const controllers = ['kube-controller-manager', 'kube-scheduler'];
  await untilServing(plan, controllers, () => serviceAccountReady(plan, state), { signal });
  const complete = { ...state, complete: true };
  writeState(plan, complete);
  return complete;
}

/** Like Promise.all, but waits for all of them, since the cleanup after a failure removes what they use. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(works)) {
    if (ended.status === 'rejected') throw ended.reason;
  }
}
