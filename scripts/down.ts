/**
 * `make down`: removes the cluster of `make run`: every process, mount, interface and file of it. What is kept to make the
 * next run quick (binaries, images) stays in the cache.
 *
 *   node scripts/down.ts [--cache]      --cache removes the cache too
 */
import { existsSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clusterProvider } from '../e2e/cluster/open-cluster.ts';
import { abortOnSignals } from './process/abort-on-signals.ts';
import { cacheFolder } from './process/folders.ts';
import { failed } from './report/failed.ts';
import { openSteps } from './report/steps.ts';
import { CLUSTER } from './run/in-cluster.ts';

const { values } = parseArgs({ options: { cache: { type: 'boolean', default: false } } });
// A first Ctrl-C is ignored, so that nothing is left half-removed; a second one ends it.
abortOnSignals();
const steps = openSteps(process.stderr);
try {
  const provider = await clusterProvider();
  const [first = ''] = await provider.status(CLUSTER);
  if (first.startsWith('no cluster')) console.log('Nothing to remove: no cluster of make run is here.');
  else await steps.run('cluster removed', () => provider.down(CLUSTER));
  const cache = cacheFolder();
  if (values.cache && existsSync(cache))
    await steps.run('cache removed', async () => rmSync(cache, { recursive: true }));
  else if (existsSync(cache))
    console.log(`Binaries and images are kept in ${cache} (--cache removes them too).`);
} catch (error) {
  failed(error, process.stderr);
}
