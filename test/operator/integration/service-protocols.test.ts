import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createWriter } from '../../../kube/apply.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

/** The reason that Kubernetes defines for load balancers that refuse two protocols in one Service. */
const MIXED = 'LoadBalancerMixedProtocolNotSupported';

let world: TestWorld;
let operator: OperatorProcess;

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

test('a load balancer that refuses both protocols in one Service causes a warning, and gets two when they are separate', async () => {
  const listeners = [
    { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' },
    { name: 'dns-tcp', port: 53, backend: 'web' },
  ];
  const nodePorts = { dns: 30_780, 'dns-tcp': 30_781 };
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', { listeners, service: { nodePorts } });
  const portsOf = async (name: string): Promise<readonly string[]> =>
    ((await world.get('v1', 'Service', namespace, name))?.spec.ports ?? []).map(
      (port: Anything) => `${port.protocol} ${port.port} ${port.nodePort}`,
    );
  const [udp, tcp] = ['UDP 53 30780', 'TCP 53 30781'];
  await world.eventually('one Service', async () => isDeepStrictEqual(await portsOf('l4b-edge'), [udp, tcp]));

  const condition = { type: 'LoadBalancerPortsError', status: 'True', reason: MIXED, message: '' };
  await createWriter(world.transport, 'cloud').applyStatus({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'l4b-edge', namespace },
    status: { conditions: [{ ...condition, lastTransitionTime: '2026-11-29T12:00:00Z' }] },
  });
  await world.warned(namespace, 'edge', 'LoadBalancerPortsRefused', /set service\.protocols to Separate/);

  await world.apply(namespace, 'edge', { listeners, service: { nodePorts, protocols: 'Separate' } });
  await world.eventually(
    'two Services',
    async () =>
      isDeepStrictEqual(await portsOf('l4b-edge'), [tcp]) &&
      isDeepStrictEqual(await portsOf('l4b-edge-udp'), [udp]),
  );
  await world.eventually(
    'the addresses of both',
    async () => (await world.status(namespace, 'edge'))?.addresses?.length === 2,
  );
  await world.kubectl('delete', 'service', 'l4b-edge-udp', '-n', namespace);
  await world.eventually('the second one again', async () => (await portsOf('l4b-edge-udp')).length === 1);

  await world.apply(namespace, 'edge', { listeners, service: { nodePorts } });
  await world.eventually(
    'one Service again',
    async () =>
      isDeepStrictEqual(await portsOf('l4b-edge'), [tcp, udp].sort().reverse()) &&
      (await world.get('v1', 'Service', namespace, 'l4b-edge-udp')) === undefined,
  );
});

const BOTH = [
  { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' },
  { name: 'dns-tcp', port: 53, backend: 'web' },
];

/** Who controls the Service that two resources want, and its version: it rises with each write. */
const holder = async (namespace: string): Promise<readonly string[]> => {
  const service = await world.get('v1', 'Service', namespace, 'l4b-edge-udp');
  const { ownerReferences, resourceVersion = '' } = service?.metadata ?? {};
  return [ownerReferences?.[0]?.name ?? 'nobody', resourceVersion];
};

for (const [first, second] of [
  ['edge', 'edge-udp'],
  ['edge-udp', 'edge'],
] as const)
  test(`two resources whose Services would have one name do not fight: ${second} leaves it to ${first}, and takes over when that is gone`, async () => {
    const specs = {
      edge: { listeners: BOTH, service: { protocols: 'Separate' } },
      'edge-udp': { listeners: [{ name: 'web', port: 80, backend: 'web' }] },
    };
    const namespace = await world.newNamespace();
    await world.apply(namespace, first, specs[first]);
    await world.eventually('its Service', async () => (await holder(namespace))[0] === first);
    const before = await holder(namespace);
    await world.apply(namespace, second, specs[second]);
    await world.reason(
      namespace,
      second,
      'NameTaken',
      new RegExp(
        `^Service "l4b-edge-udp" exists and belongs to L4Balancer "${first}", so it is left unchanged\\. Rename one of the two L4Balancers, or omit service\\.protocols `,
      ),
    );
    await world.apply(namespace, second, { ...specs[second], accessLog: { mode: 'All' } });
    await world.settled(namespace, second, 2);
    assert.deepEqual(await holder(namespace), before);
    await world.reason(namespace, first, 'Progressing');
    await world.kubectl('delete', 'l4balancer', first, '-n', namespace);
    await world.eventually(`the Service of ${second}`, async () => (await holder(namespace))[0] === second);
  });

test('TCP and UDP may have one node port in one Service; separate Services may not', async () => {
  const namespace = await world.newNamespace();
  const nodePorts = { dns: 30_782, 'dns-tcp': 30_782 };
  await world.apply(namespace, 'edge', { listeners: BOTH, service: { type: 'NodePort', nodePorts } });
  await world.eventually(
    'both ports',
    async () => (await world.get('v1', 'Service', namespace, 'l4b-edge'))?.spec.ports.length === 2,
  );
  const separate = (ports: object) =>
    world.apply(namespace, 'edge', {
      listeners: BOTH,
      service: { type: 'NodePort', nodePorts: ports, protocols: 'Separate' },
    });
  await assert.rejects(
    separate(nodePorts),
    /nodePorts assigns the same port to listeners with TCP and with UDP, which is not possible in two Services/,
  );
  await separate({ ...nodePorts, dns: 30_783 });
  await world.eventually(
    'the second Service',
    async () =>
      (await world.get('v1', 'Service', namespace, 'l4b-edge-udp'))?.spec.ports[0]?.nodePort === 30_783,
  );
  // What the rule is about: the API server has one set of node ports for both protocols.
  await assert.rejects(
    world.kubectl(
      'create',
      'service',
      'nodeport',
      'other',
      '-n',
      namespace,
      '--tcp=1:1',
      '--node-port=30783',
    ),
    /provided port is already allocated/,
  );
});
