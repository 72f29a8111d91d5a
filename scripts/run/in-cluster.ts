import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { echoImage } from '../../cluster/images/echo-image.ts';
import type { Cluster } from '../../cluster/interface/cluster.ts';
import { clusterProvider, openCluster } from '../../cluster/open-cluster.ts';
import { installNeeds } from '../../cluster/own/install.ts';
import { missingNeeds } from '../../cluster/own/requirements.ts';
import { CLUSTER_PROGRAMS } from '../../tooling/assets/catalogue.ts';
import { clusterPrograms, toolProgram } from '../../tooling/assets/programs.ts';
import { type BuiltImage, buildImages, redisImage } from '../../tooling/images/build-images.ts';
import { findProgram } from '../../tooling/process/find-program.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { outputOf } from '../../tooling/process/service.ts';
import type { LoadResult } from '../load/load-result.ts';
import { installOperator } from './install-operator.ts';
import { loadImages } from './load-images.ts';
import { proxyTuning } from './proxy-tuning.ts';
import type { Report } from './report.ts';
import type { RunOptions } from './run-options.ts';
import { SAMPLE_FILE } from './sample.ts';
import { untilReady } from './until-ready.ts';
import { sampleWorkloads } from './workloads.ts';

/** Name of the cluster that `make run` creates and `make down` removes. */
export const CLUSTER = 'run';
/** Name of the cluster that the end-to-end tests share. */
export const E2E_CLUSTER = 'e2e';
const READY_MS = 180_000;
const [HTTP_PORT, REDIS_PORT] = [8080, 6379];

const imageNamed = (images: readonly BuiltImage[], name: string): BuiltImage => {
  const found = images.find((image) => image.name === name);
  if (!found) throw new Error(`the image "${name}" was not built`);
  return found;
};

const apply = async ({ kubectl }: Cluster, input: string): Promise<void> => {
  await kubectl(['apply', '--server-side', '--force-conflicts', '--field-manager=make-run', '-f', '-'], {
    input,
  });
};

const load = async (
  cluster: Cluster,
  [protocol, host, port]: readonly ['http' | 'redis', string, number],
  { requests, signal }: RunOptions,
): Promise<LoadResult> => {
  const script = join(REPOSITORY, 'scripts', 'load.ts');
  const argv = [process.execPath, script, protocol, host, `${port}`, '--requests', `${requests}`];
  const child = cluster.runInClient(argv, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  return JSON.parse(await outputOf('load', child)) as LoadResult;
};

const nextSteps = async ({ kubeconfig }: Cluster): Promise<Report['next']> => {
  const path = findProgram('kubectl') ? '' : ` PATH=${dirname(await toolProgram('kubectl'))}:$PATH`;
  return [
    {
      command: `export KUBECONFIG=${kubeconfig}${path}`,
      means: 'select this cluster for the commands below',
    },
    { command: 'kubectl get l4b -w', means: 'watch the balancer' },
    {
      command: 'kubectl edit l4b edge',
      means: 'change a port: it is served within a second, and no pod restarts',
    },
    { command: 'kubectl scale l4b edge --replicas=3', means: 'one more proxy' },
    {
      command: 'kubectl scale deployment web --replicas=5',
      means: 'more endpoints: they get connections at once',
    },
    { command: 'make down', means: 'remove everything' },
  ];
};

/** Runs the sample in a cluster of its own, which stays until `make down`; a second run reuses it. */
export const runInCluster = async (options: RunOptions): Promise<Report> => {
  const { steps, signal } = options;
  const provider = await clusterProvider(signal);
  // Each program to be built is a separate step; kind comes with its programs.
  if (provider.kind === 'own') {
    if (missingNeeds().names.length > 0)
      await steps.run('system packages', (progress) => installNeeds(progress, signal));
    await clusterPrograms(CLUSTER_PROGRAMS, { steps, signal });
  }
  await toolProgram('helm', { steps, signal });
  const images = await steps.run('images', (progress) => buildImages({ signal, progress }));
  const services = await steps.run('images of the sample', async (progress) => {
    const redis = await redisImage({ signal, progress });
    progress('echo');
    return { echo: await echoImage(signal), redis };
  });
  const cluster = await steps.run('cluster, 2 nodes', (progress) =>
    openCluster(CLUSTER, { signal, progress }),
  );
  await steps.run('images on the nodes', (progress) => {
    const all = [...images, services.echo, ...(services.redis ? [services.redis] : [])];
    return loadImages(cluster, all, { signal, progress });
  });
  await steps.run('operator installed by helm', (progress) => {
    const pair = { operator: imageNamed(images, 'operator'), proxy: imageNamed(images, 'proxy') };
    return installOperator(cluster, pair, { signal, progress });
  });
  const resource = await steps.run('sample applied, ready', async (progress) => {
    const objects = sampleWorkloads({ echo: services.echo.reference, redis: services.redis?.reference });
    await apply(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await apply(cluster, readFileSync(SAMPLE_FILE, 'utf8'));
    const deployments = services.redis ? ['web', 'cache'] : ['web'];
    return await untilReady(cluster, deployments, { signal, progress, timeoutMs: READY_MS });
  });
  const address = resource.status?.addresses?.[0]?.value;
  if (!address) throw new Error('The L4Balancer edge is ready, but its status has no address');
  const http = await steps.run('traffic, HTTP', () => load(cluster, ['http', address, HTTP_PORT], options));
  const redis = services.redis
    ? await steps.run('traffic, Redis', () => load(cluster, ['redis', address, REDIS_PORT], options))
    : undefined;
  return {
    mode: 'cluster',
    resource: (await cluster.kubectl(['get', 'l4balancer', 'edge'])).stdout,
    http,
    ...(redis ? { redis } : {}),
    notes: redis ? [] : ['Redis is omitted: redis-server is not installed, so its image could not be built.'],
    tuning: await proxyTuning(cluster, resource.status?.selector ?? ''),
    next: await nextSteps(cluster),
  };
};
