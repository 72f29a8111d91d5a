import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolProgram } from '../../tooling/assets/programs.ts';
import { runChild } from '../../tooling/process/child.ts';
import { withLock } from '../../tooling/process/lock.ts';
import type { Cluster, ClusterOptions, ClusterProvider } from '../interface/cluster.ts';
import { clientContainer, removeClient, startClient } from './client.ts';
import { kindConfig, nodeImage } from './config.ts';
import { kindCluster } from './handle.ts';

const READY_WITHIN = '180s';

/** The cluster's name in kind and docker. */
export const kindName = (name: string): string => `l4b-${name}`;

/** Clusters of containers, created by kind; they need a docker engine. */
export const kindProvider: ClusterProvider = {
  kind: 'kind',
  up: (name, options) => locked(name, () => upLocked(name, options)),
  down: (name) => locked(name, () => remove(name)),
  async status(name) {
    if (!(await exists(name))) return [`no cluster ${name}`];
    const path =
      '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const { stdout } = await (await attach(name)).kubectl(['get', 'nodes', '-o', `jsonpath=${path}`]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => `${line.endsWith(' True') ? '✓' : '✗'} node ${line}`);
  },
};

async function upLocked(
  name: string,
  { progress = () => undefined, signal }: ClusterOptions,
): Promise<{ readonly cluster: Cluster; readonly made: boolean }> {
  const more = signal ? { signal } : {};
  if (await exists(name)) {
    if (await isHealthy(name)) return { cluster: await attach(name), made: false };
    progress('removing a broken cluster');
    await remove(name);
  }
  await mkdir(folderOf(name), { recursive: true });
  const config = join(folderOf(name), 'kind.json');
  await writeFile(config, JSON.stringify(kindConfig(), null, 2));
  try {
    progress('kind creates the nodes');
    const kind = await toolProgram('kind', { progress, ...more });
    const kubeconfig = ['--kubeconfig', kubeconfigOf(name)];
    const create = [
      'create',
      'cluster',
      '--name',
      kindName(name),
      '--config',
      config,
      '--wait',
      READY_WITHIN,
      ...nodeImage(process.env),
    ];
    await runChild([kind, ...create, ...kubeconfig], {
      ...more,
      onLine: (line) => progress(line.trim()),
    });
    await startClient(kindName(name), signal);
  } catch (cause) {
    await remove(name);
    throw cause;
  }
  return { cluster: await attach(name), made: true };
}

async function attach(name: string): Promise<Cluster> {
  return kindCluster({ name, cluster: kindName(name), kubeconfig: kubeconfigOf(name) });
}

async function exists(name: string): Promise<boolean> {
  const filter = `label=io.x-k8s.kind.cluster=${kindName(name)}`;
  const found = await runChild(['docker', 'ps', '--all', '--quiet', '--filter', filter]);
  return found.trim() !== '';
}

async function isHealthy(name: string): Promise<boolean> {
  try {
    const cluster = await attach(name);
    await cluster.kubectl(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=10s']);
    const client = ['docker', 'inspect', '--format', '{{.State.Running}}', clientContainer(kindName(name))];
    const [docker = '', ...args] = client;
    return (await runChild([docker, ...args])).trim() === 'true';
  } catch {
    return false; // whatever is wrong, the cluster is created again
  }
}

async function remove(name: string): Promise<void> {
  await removeClient(kindName(name));
  if (await exists(name)) {
    const kind = await toolProgram('kind');
    const kubeconfig = ['--kubeconfig', kubeconfigOf(name)];
    await runChild([kind, 'delete', 'cluster', '--name', kindName(name), ...kubeconfig]);
  }
  await rm(folderOf(name), { recursive: true, force: true });
}

const folderOf = (name: string): string => join(tmpdir(), `l4balancer-${name}`);
const kubeconfigOf = (name: string): string => join(folderOf(name), 'kubeconfig');
const locked = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  withLock(`${folderOf(name)}.lock`, work);
