/** `make down`; see USAGE. */
import { existsSync, rmSync } from 'node:fs';
import type { ClusterProvider } from '../cluster/interface/cluster.ts';
import { clusterProvider } from '../cluster/open-cluster.ts';
import { isAnythingLeft } from '../cluster/own/down.ts';
import { planCluster } from '../cluster/own/plan.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { cacheFolder } from '../tooling/process/folders.ts';
import { parseCommandLine } from '../tooling/terminal/command-line.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { CLUSTER, E2E_CLUSTER } from './run/in-cluster.ts';

const USAGE = `Removes the cluster of make run: every process, mount, interface and file of it. Binaries and images stay in the
cache, so that the next run is quick.

  node scripts/down.ts [--e2e] [--cache]

  --e2e     also remove the cluster that make e2e left
  --cache   also remove the cache
  --help
`;

/** Whether a cluster of that name exists, complete or partial. */
const exists = async (provider: ClusterProvider, name: string): Promise<boolean> =>
  (provider.kind === 'own' && isAnythingLeft(planCluster(name))) ||
  !(await provider.status(name))[0]?.startsWith('no cluster');

const { values } = parseCommandLine(USAGE, {
  options: { e2e: { type: 'boolean', default: false }, cache: { type: 'boolean', default: false } },
});
// The first Ctrl-C is ignored, so that nothing is left half-removed; the second one exits.
abortOnSignals();
const steps = openSteps(process.stderr);
try {
  const provider = await clusterProvider();
  const hasE2e = await exists(provider, E2E_CLUSTER);
  const names = values.e2e && hasE2e ? [E2E_CLUSTER] : [];
  if (await exists(provider, CLUSTER)) names.push(CLUSTER);
  for (const name of names) await steps.run(`cluster ${name} removed`, () => provider.down(name));
  if (names.length === 0) console.log('Nothing to remove: there is no cluster of make run.');
  // Tests may be running in it.
  if (hasE2e && !values.e2e)
    console.log('There is a cluster of make e2e. If no tests are running, make down ARGS=--e2e removes it.');
  const cache = cacheFolder();
  if (values.cache && existsSync(cache))
    await steps.run('cache removed', async () => rmSync(cache, { recursive: true }));
  else if (existsSync(cache))
    console.log(`Binaries and images are kept in ${cache} (--cache removes them too).`);
} catch (error) {
  reportFailure(error, process.stderr);
}
