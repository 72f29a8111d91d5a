import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect } from '../kube/connect.ts';
import { startListWatch } from '../kube/list-watch.ts';
import type { KubeObject } from '../kube/object.ts';
import { until } from '../tooling/wait/until.ts';
import { startLoad } from './support/load.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

const REMOVALS = 12;
/** The longest time after the slice changed during which a new connection may still go to the endpoint. */
const LIMIT_MS = 100;

interface Slice extends KubeObject {
  readonly endpoints: readonly { readonly targetRef?: { readonly name: string } }[] | null;
}

let world: World;
let address: string;

before(async () => {
  world = await World.open('removal');
  address = await world.serving('edge', 3);
});

after(() => world?.close());

test('an endpoint gets no new connection 100 ms after it has left its slice', async (t) => {
  // The pod loses its label, so it leaves the slice but goes on answering: connections that still reach it
  // are seen.
  const transport = await connect({ kubeconfig: world.cluster.kubeconfig });
  const changes: { readonly atMs: number; readonly pods: ReadonlySet<string> }[] = [];
  const record = (slice: Slice): void => {
    const pods = (slice.endpoints ?? []).flatMap(({ targetRef }) => (targetRef ? [targetRef.name] : []));
    changes.push({ atMs: performance.timeOrigin + performance.now(), pods: new Set(pods) });
  };
  const watch = startListWatch<Slice>({
    transport,
    path: `/apis/discovery.k8s.io/v1/namespaces/${world.namespace}/endpointslices`,
    labelSelector: 'kubernetes.io/service-name=edge-echo',
    onSync: (slices) => {
      for (const slice of slices.values()) record(slice);
    },
    onChange: (_key, slice) => record(slice),
  });
  const load = await startLoad(world.cluster, address, 8080, { clients: 6 });
  const removed: { readonly pod: string; readonly atMs: number }[] = [];
  try {
    for (let i = 0; i < REMOVALS; i++) {
      const pods = [...(await world.list('pods', 'app=edge-echo'))];
      // The oldest pod has had traffic for a while, so its last connection is meaningful.
      pods.sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
      const pod = pods[0]?.metadata.name as string;
      await world.kubectl(['label', 'pod', pod, 'app-']);
      const change = await until(
        'the pod has left the slice',
        async () =>
          changes.find(({ atMs, pods: left }) => !left.has(pod) && atMs > (removed.at(-1)?.atMs ?? 0)),
        within(10),
      );
      removed.push({ pod, atMs: change.atMs });
      await world.kubectl(['rollout', 'status', 'deployment/edge-echo', '--timeout=60s']);
    }
  } finally {
    watch.stop();
  }
  const requests = await load.stop();
  await transport.close();
  assert.deepEqual(
    requests.filter(({ failure }) => failure !== undefined),
    [],
  );
  const lateness = removed.map(({ pod, atMs }) => {
    const last = requests.filter(({ endpoint }) => endpoint === pod).map(({ begunMs }) => begunMs);
    assert.ok(last.length > 0, `${pod} had no traffic before it was removed`);
    return Math.max(0, Math.max(...last) - atMs);
  });
  const sorted = [...lateness].sort((a, b) => a - b).map((ms) => ms.toFixed(1));
  t.diagnostic(
    `last connection after the slice changed, ms: ${sorted.join(' ')} (${requests.length} requests)`,
  );
  for (const [index, ms] of lateness.entries())
    assert.ok(ms < LIMIT_MS, `${removed[index]?.pod} got a connection ${ms.toFixed(1)} ms after it was gone`);
});
