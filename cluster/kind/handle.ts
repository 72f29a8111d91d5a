import { spawn } from 'node:child_process';
import { toolProgram } from '../../tooling/assets/programs.ts';
import { runChild } from '../../tooling/process/child.ts';
import { until } from '../../tooling/wait/until.ts';
import type { Cluster } from '../interface/cluster.ts';
import { addressOf, clientContainer } from './client.ts';

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const PARKED = '/etc/kubernetes/kube-apiserver.parked.yaml';
const SWITCH_WITHIN_MS = 90_000;

export interface KindClusterInfo {
  readonly name: string;
  /** Its name in kind. */
  readonly cluster: string;
  readonly kubeconfig: string;
}

/** The handle of a kind cluster; `close` leaves it running. */
export async function kindCluster({ name, cluster, kubeconfig }: KindClusterInfo): Promise<Cluster> {
  const kubectl = await toolProgram('kubectl');
  const workers = [
    { name: `${cluster}-worker`, sysctls: 'strict' },
    { name: `${cluster}-worker2`, sysctls: 'allowed' },
  ] as const;
  const nodes = await Promise.all(
    workers.map(async (each) => ({ ...each, address: await addressOf(each.name) })),
  );
  const onControlPlane = (...argv: string[]) =>
    runChild(['docker', 'exec', `${cluster}-control-plane`, ...argv]);
  const responds = async () => {
    try {
      await runChild([
        kubectl,
        '--kubeconfig',
        kubeconfig,
        '--request-timeout=2s',
        'get',
        '--raw',
        '/readyz',
      ]);
      return true;
    } catch {
      return false; // not responding is a valid result here
    }
  };
  const untilServing = (expected: boolean) =>
    until(
      `the API server of ${cluster} to ${expected ? 'start' : 'stop'}`,
      async () => (await responds()) === expected,
      {
        withinMs: SWITCH_WITHIN_MS,
        everyMs: 200,
      },
    );
  return {
    name,
    kubeconfig,
    nodes,
    async kubectl(args, options = {}) {
      const more = options.input === undefined ? {} : { input: options.input };
      return { stdout: await runChild([kubectl, '--kubeconfig', kubeconfig, ...args], more) };
    },
    async loadImage(image) {
      const kind = await toolProgram('kind');
      const what = image.endsWith('.tar') ? 'image-archive' : 'docker-image';
      const targets = nodes.map((node) => node.name).join(',');
      await runChild([kind, 'load', what, image, '--name', cluster, '--nodes', targets]);
    },
    runInClient(argv, options = {}) {
      return spawn('docker', ['exec', '-i', clientContainer(cluster), ...argv], options);
    },
    // The kubelet runs it from a manifest file: it stops when the file is moved away, and starts again when
    // it is back.
    async stopApiServer() {
      await onControlPlane('mv', MANIFEST, PARKED);
      await onControlPlane('pkill', '-KILL', '-x', 'kube-apiserver');
      await untilServing(false);
    },
    async startApiServer() {
      await onControlPlane('mv', PARKED, MANIFEST);
      await untilServing(true);
    },
    close: async () => undefined,
  };
}
