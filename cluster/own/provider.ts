import { existsSync } from 'node:fs';
import { clusterPrograms } from '../../tooling/assets/programs.ts';
import { withLock } from '../../tooling/process/lock.ts';
import { goImage } from '../images/go-image.ts';
import type { ClusterOptions, ClusterProvider } from '../interface/cluster.ts';
import { daemons } from './daemon.ts';
import { isAnythingLeft, takeDown } from './down.ts';
import { ownCluster } from './handle.ts';
import { isApiReady, isHealthy, nodesReady } from './health.ts';
import { installNeeds } from './install.ts';
import { keyPath } from './keys.ts';
import { PAUSE_IMAGE } from './node-config.ts';
import { type Plan, planCluster } from './plan.ts';
import { cniFolder, whyImpossible } from './requirements.ts';
import { readState, type State } from './state.ts';
import { bringUp } from './up.ts';

const BINARIES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
];

/** Two nodes of real binaries in network namespaces of this machine; needs root. */
export const ownProvider: ClusterProvider = {
  kind: 'own',
  up(name, options) {
    const plan = planCluster(name);
    const impossible = whyImpossible();
    if (impossible) throw new Error(impossible);
    return locked(plan, options, async () => {
      const found = readState(plan);
      if (found && found !== 'broken' && (await isHealthy(plan, found))) {
        return { cluster: ownCluster(plan, found), made: false };
      }
      if (isAnythingLeft(plan)) {
        options.progress?.('removing the remains of an earlier cluster');
        await takeDown(plan);
      }
      return { cluster: ownCluster(plan, await make(plan, options)), made: true };
    });
  },
  down(name) {
    const plan = planCluster(name);
    return locked(plan, {}, () => takeDown(plan));
  },
  async status(name) {
    const plan = planCluster(name);
    const state = readState(plan);
    if (!state) return [`no cluster ${name}`];
    if (state === 'broken') return [`cluster ${name}: broken, cannot read ${plan.folder}/cluster.json`];
    return describe(plan, state);
  },
};

async function make(plan: Plan, options: ClusterOptions): Promise<State> {
  const progress = options.progress ?? (() => undefined);
  const { signal } = options;
  await installNeeds(progress, signal);
  const cni = cniFolder();
  if (!cni) throw new Error('the CNI plugins bridge, host-local and loopback are not all in one folder');
  const binaries = await clusterPrograms(BINARIES, { progress, ...(signal ? { signal } : {}) });
  const pause = await goImage('pause', PAUSE_IMAGE, signal);
  try {
    return await bringUp(plan, { binaries, cni, images: [pause], signal }, progress);
  } catch (cause) {
    if (!process.env.L4B_KEEP_FAILED) await takeDown(plan);
    throw cause;
  }
}

async function describe(plan: Plan, state: State): Promise<string[]> {
  const lines = daemons(plan).map(
    ({ name, running, pid }) => `${running ? '✓' : '✗'} ${name} (process ${pid})`,
  );
  const api = existsSync(keyPath(plan, 'ca.crt')) && (await isApiReady(plan, state));
  lines.push(`${api ? '✓' : '✗'} API server responds`);
  lines.push(`${api && (await nodesReady(plan, state)) ? '✓' : '✗'} nodes ready`);
  return [...lines, `kubeconfig ${keyPath(plan, 'admin.kubeconfig')}`, `logs ${plan.path('log')}`];
}

/**
 * Runs one command at a time for each cluster. The lock is outside its folder, which gets created and
 * removed.
 */
function locked<T>(plan: Plan, options: ClusterOptions, work: () => Promise<T>): Promise<T> {
  return withLock(`${plan.folder}.lock`, work, (owner) =>
    options.progress?.(`waiting for process ${owner}, which is using cluster ${plan.name}`),
  );
}
