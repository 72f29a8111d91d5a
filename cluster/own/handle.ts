import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerVersion } from '../../tooling/images/docker.ts';
import { runChild } from '../../tooling/process/child.ts';
import type { Cluster } from '../interface/cluster.ts';
import { inCgroup, killDaemon, onHost, restartDaemon, untilServing } from './daemon.ts';
import { isApiReady } from './health.ts';
import { keyPath } from './keys.ts';
import { importImage } from './node.ts';
import { addressOf, NODES, type Plan } from './plan.ts';
import type { State } from './state.ts';

/** The handle of a cluster of our own; `close` leaves it running. */
export function ownCluster(plan: Plan, state: State): Cluster {
  const kubeconfig = keyPath(plan, 'admin.kubeconfig');
  return {
    name: plan.name,
    kubeconfig,
    nodes: NODES.map(({ host, sysctls }) => ({
      name: host,
      sysctls,
      address: addressOf(state.subnet, host),
    })),
    async kubectl(args, options = {}) {
      const argv = [join(state.binaries, 'kubectl'), '--kubeconfig', kubeconfig, ...args] as const;
      return {
        stdout: await runChild([...argv], options.input === undefined ? {} : { input: options.input }),
      };
    },
    async loadImage(image) {
      if (image.endsWith('.tar')) {
        await Promise.all(NODES.map(({ host }) => importImage(plan, host, image)));
        return;
      }
      const folder = await mkdtemp(join(tmpdir(), 'l4b-image-'));
      try {
        const tar = join(folder, 'image.tar');
        await saveImage(image, tar);
        await Promise.all(NODES.map(({ host }) => importImage(plan, host, tar)));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    runInClient(argv, options = {}) {
      const [shell, args] = inCgroup(plan, 'client', [...onHost(plan, 'cl'), ...argv]);
      return spawn(shell, args, options);
    },
    stopApiServer: () => killDaemon(plan, 'kube-apiserver'),
    async startApiServer() {
      await restartDaemon(plan, 'kube-apiserver');
      await untilServing(plan, ['etcd', 'kube-apiserver'], () => isApiReady(plan, state));
    },
    close: async () => undefined,
  };
}

/** Writes an image that docker (or else buildah) has under that name. */
async function saveImage(name: string, tar: string): Promise<void> {
  if (await dockerVersion()) await runChild(['docker', 'save', '-o', tar, name]);
  else await runChild(['buildah', 'push', name, `docker-archive:${tar}:${name}`]);
}
