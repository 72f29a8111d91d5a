/**
 * `make down`: removes the clusters of `make run` and `make e2e`: every process, mount, interface and file of them. What is kept to make the
 * next run quick (binaries, images) stays in the cache.
 *
 *   node scripts/down.ts [--cache]      --cache removes the cache too
 */
import { existsSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ClusterProvider } from '../e2e/cluster/cluster.ts';
import { clusterProvider } from '../e2e/cluster/open-cluster.ts';
import { abortOnSignals } from './process/abort-on-signals.ts';
import { cacheFolder } from './process/folders.ts';
import { failed } from './report/failed.ts';
import { openSteps } from './report/steps.ts';
import { CLUSTER, E2E_CLUSTER } from './run/in-cluster.ts';

/** Clusters that make run and make e2e make, as far as they are here, whole or in parts. */
const clustersHere = async (provider: ClusterProvider): Promise<readonly string[]> => {
  const here: string[] = [];
  for (const name of [CLUSTER, E2E_CLUSTER])
    if (!(await provider.status(name))[0]?.startsWith('no cluster')) here.push(name);
  return here;
};

const { values } = parseArgs({ options: { cache: { type: 'boolean', default: false } } });
// A first Ctrl-C is ignored, so that nothing is left half-removed; a second one ends it.
abortOnSignals();
const steps = openSteps(process.stderr);
try {
  const provider = await clusterProvider();
  const here = await clustersHere(provider);
  if (here.length === 0) console.log('Nothing to remove: no cluster of make run or make e2e is here.');
  for (const name of here) await steps.run(`cluster ${name} removed`, () => provider.down(name));
  const cache = cacheFolder();
  if (values.cache && existsSync(cache))
    await steps.run('cache removed', async () => rmSync(cache, { recursive: true }));
  else if (existsSync(cache))
    console.log(`Binaries and images are kept in ${cache} (--cache removes them too).`);
} catch (error) {
  failed(error, process.stderr);
}
