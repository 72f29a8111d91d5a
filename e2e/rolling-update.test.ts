import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../tooling/wait/until.ts';
import { startLoad, summarise } from './support/load.ts';
import { SMALL } from './support/objects.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

let world: World;
let address: string;

before(async () => {
  world = await World.open('rolling');
  address = await world.serving('edge', 3, {
    workload: { replicas: 2, terminationGracePeriod: '30s', resources: SMALL },
  });
});

after(() => world?.close());

const podsOf = async (): Promise<readonly string[]> =>
  (await world.proxyPods('edge')).map(({ metadata }) => metadata.uid);

test('no connection fails while all proxy pods are replaced, not even those that stay open for seconds', async (t) => {
  const load = await startLoad(world.cluster, address, 8080, { seconds: 240, pauseMs: 5 });
  // Each stays open and silent for longer than a stopping pod accepts new ones, and much less than its grace
  // period.
  const long = await startLoad(world.cluster, address, 8080, {
    seconds: 240,
    clients: 12,
    path: '/?wait=8s',
  });
  const old = new Set(await podsOf());
  await world.kubectl([
    'patch',
    'l4balancer',
    'edge',
    '--type=merge',
    '-p',
    JSON.stringify({ spec: { tuning: { logLevel: 'debug' } } }),
  ]);
  await until(
    'every pod is replaced',
    async () => {
      const now = await podsOf();
      return now.length === old.size && now.every((uid) => !old.has(uid)) ? true : undefined;
    },
    within(200, () => world.explain('edge')),
  );
  await world.ready('edge');
  const [requests, longRequests] = await Promise.all([load.stop(), long.stop()]);
  const [seen, seenLong] = [summarise(requests), summarise(longRequests)];
  const slowest = Math.max(...requests.map(({ tookMs }) => tookMs));
  t.diagnostic(
    `${seen.total} short requests (slowest ${Math.round(slowest)} ms) and ${seenLong.total} long ones while ${old.size} pods were replaced`,
  );
  assert.deepEqual(seen.failures, {});
  assert.deepEqual(seenLong.failures, {});
});
