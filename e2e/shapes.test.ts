import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { SYSCTLS_LABEL } from '../cluster/interface/cluster.ts';
import { ADMIN_PORT } from '../crds/resource-type.ts';
import { until } from '../tooling/wait/until.ts';
import { sendRequests, startLoad, summarise } from './support/load.ts';
import { balancer, SMALL } from './support/objects.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

let world: World;

before(async () => {
  world = await World.open('shapes');
  await world.echo('echo', 2);
});

after(() => world?.close());

const workload = { resources: SMALL, terminationGracePeriod: '10s' };
const nodeNames = (): readonly string[] => world.cluster.nodes.map(({ name }) => name).sort();

/** The nodes of the balancer's pods, once for each pod. */
const nodesOf = async (name: string): Promise<readonly unknown[]> =>
  (await world.proxyPods(name)).map(({ spec }) => spec.nodeName).sort();

/**
 * Waits until the balancer is Ready with pods on exactly these nodes, and asserts that its status says so.
 */
const onNodes = async (name: string, nodes: readonly string[]): Promise<void> => {
  const count = nodes.length;
  const { status } = await until(
    `${name} has its pods on ${nodes.join(' and ')}`,
    async () => {
      const seen = await world.ready(name);
      return isDeepStrictEqual(await nodesOf(name), nodes) && seen.status?.replicas === count
        ? seen
        : undefined;
    },
    within(90, () => world.explain(name)),
  );
  assert.deepEqual([status?.readyReplicas, status?.replicaSummary], [count, `${count}/${count}`]);
};

/** Waits until a client's requests are served at this address, or until all of them fail in this way. */
const untilOutcome = (host: string, port: number, outcome: 'served' | 'ECONNREFUSED'): Promise<true> =>
  until(
    `${outcome} at ${host}:${port}`,
    async () => {
      const { failures, endpoints } = await sendRequests(world.cluster, host, port);
      const seen = [...Object.keys(failures), ...(Object.keys(endpoints).length > 0 ? ['served'] : [])];
      return isDeepStrictEqual(seen, [outcome]) ? true : undefined;
    },
    within(30),
  );

describe('a DaemonSet', () => {
  const everywhere = { ...workload, kind: 'DaemonSet' };
  let address: string;

  test('has a serving pod on each node, and its Service serves', async () => {
    await world.apply(balancer('every', 'echo', { workload: everywhere }));
    await onNodes('every', nodeNames());
    assert.equal(await world.get('deployment', 'l4b-every'), undefined);
    for (const pod of await world.proxyPods('every'))
      await untilOutcome(pod.status?.podIP ?? assert.fail('no address'), 8080, 'served');
    address = (await world.ready('every')).status?.addresses?.[0]?.value ?? assert.fail('no address');
    const load = await startLoad(world.cluster, address, 8080);
    const answered = new Set<string>();
    await until(
      'both endpoints have responded',
      async () => {
        for (const endpoint of Object.keys((await sendRequests(world.cluster, address, 8080)).endpoints))
          answered.add(endpoint);
        return answered.size === 2 ? true : undefined;
      },
      within(20),
    );
    assert.deepEqual(summarise(await load.stop()).failures, {});
  });

  test('leaves the nodes that its nodeSelector no longer selects, and no client notices', async () => {
    const load = await startLoad(world.cluster, address, 8080, { pauseMs: 5 });
    const nodeSelector = { [SYSCTLS_LABEL]: 'allowed' };
    const selected = world.cluster.nodes.filter(({ sysctls }) => sysctls === 'allowed');
    await world.apply(balancer('every', 'echo', { workload: { ...everywhere, nodeSelector } }));
    await onNodes(
      'every',
      selected.map(({ name }) => name),
    );
    assert.deepEqual(summarise(await load.stop()).failures, {});
  });

  test('reports that no node matches its nodeSelector, and recovers when one does', async () => {
    const nodeSelector = { [SYSCTLS_LABEL]: 'nowhere' };
    await world.apply(balancer('every', 'echo', { workload: { ...everywhere, nodeSelector } }));
    await world.reason('every', 'Unschedulable', /^No node is eligible: none matches nodeSelector/);
    await world.apply(balancer('every', 'echo', { workload: everywhere }));
    await onNodes('every', nodeNames());
  });

  test('becomes a Deployment and then a DaemonSet again, and no client notices', async () => {
    const load = await startLoad(world.cluster, address, 8080, { pauseMs: 5 });
    const single = { ...workload, replicas: 1 };
    // The DaemonSet stays as long as its successor does not serve.
    const image = 'localhost:1/l4balancer-proxy:not-there';
    await world.apply(balancer('every', 'echo', { workload: { ...single, image } }));
    await world.reason('every', 'ImagePullFailed');
    assert.equal((await world.get('daemonset', 'l4b-every'))?.status?.numberReady, nodeNames().length);
    await world.apply(balancer('every', 'echo', { workload: single }));
    await until(
      'the DaemonSet and its pods are gone',
      async () => {
        const [left, pods] = [await world.get('daemonset', 'l4b-every'), await world.proxyPods('every')];
        return left === undefined && pods.length === 1 ? true : undefined;
      },
      within(90),
    );
    assert.equal((await world.ready('every')).status?.replicaSummary, '1/1');
    await world.apply(balancer('every', 'echo', { workload: everywhere }));
    await until(
      'the Deployment is gone',
      async () => ((await world.get('deployment', 'l4b-every')) === undefined ? true : undefined),
      within(90),
    );
    await onNodes('every', nodeNames());
    assert.deepEqual(summarise(await load.stop()).failures, {});
  });

  test('leaves nothing behind when it is deleted', () => world.removed('every'));
});

describe('a DaemonSet in the host network', () => {
  const [PORT, LATER] = [18080, 18081];
  const hosted = (port: number) =>
    balancer('hosted', 'echo', {
      listeners: [{ name: 'http', port, backend: 'echo' }],
      tuning: { profile: 'HostNetwork', acceptors: 1, capabilities: [] },
      workload: { ...workload, kind: 'DaemonSet' },
      service: { type: 'None' },
    });
  const atNodes = async (port: number, outcome: Parameters<typeof untilOutcome>[2]): Promise<void> => {
    for (const { address } of world.cluster.nodes) await untilOutcome(address, port, outcome);
  };
  const uids = async () => (await world.proxyPods('hosted')).map(({ metadata }) => metadata.uid).sort();

  test('serves the listener’s port at each node’s address, without a Service', async () => {
    await atNodes(PORT, 'ECONNREFUSED');
    await world.apply(hosted(PORT));
    await onNodes('hosted', nodeNames());
    assert.equal(await world.get('service', 'l4b-hosted'), undefined);
    assert.deepEqual(
      (await world.proxyPods('hosted')).map(({ status }) => status?.podIP).sort(),
      world.cluster.nodes.map(({ address }) => address).sort(),
    );
    await atNodes(PORT, 'served');
  });

  test('serves a listener that moves to another port there, and no longer at the old one, without restarting pods', async () => {
    const before = await uids();
    await world.apply(hosted(LATER));
    await atNodes(LATER, 'served');
    await atNodes(PORT, 'ECONNREFUSED');
    await onNodes('hosted', nodeNames());
    assert.deepEqual(await uids(), before);
  });

  test('leaves nothing behind when it is deleted, and its ports are free', async () => {
    await world.removed('hosted');
    for (const port of [LATER, ADMIN_PORT]) await atNodes(port, 'ECONNREFUSED');
  });
});
