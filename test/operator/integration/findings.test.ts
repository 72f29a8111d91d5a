import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { BlockingReason } from '../../../report/reasons/finding-reasons.ts';
import type { WarningReason } from '../../../report/reasons/warning-reasons.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { awaitPod, letRun, type PodProxy, startPodProxy } from './pod-proxy.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;
let proxy: PodProxy;
let namespace: string;
/** Ports of the listener `web`, of another listener that is always open, and of no listener. */
let ports: readonly [number, number, number];
/** A server that acts as a live endpoint. */
let living: net.Server;
let taking: net.Server;

const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec,
});
const http = { ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
const slice = (of: string, address: string, ready: boolean) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${of}-1`, labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address], conditions: { ready } }],
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
});

const make = (...items: readonly object[]) =>
  world.cp.run(
    ['apply', '-n', namespace, '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );

/** The backend of the listener `web`; the other backend always has an endpoint. */
const apply = (backend: object, more: object = {}) => {
  const [port, other] = ports;
  const { port: living80 } = living.address() as net.AddressInfo;
  return world.apply(namespace, 'edge', {
    listeners: [
      { name: 'web', port, backend: 'web' },
      { name: 'other', port: other, backend: 'other' },
    ],
    backends: [
      { name: 'web', ...backend },
      { name: 'other', endpoints: [{ address: '127.0.0.1', port: living80 }] },
    ],
    ...more,
  });
};
const ofService = (name: string) => ({ service: { name, port: 80 } });
const endpoint = (port: number, more: object = {}) => ({ address: '127.0.0.1', port, ...more });
const healthCheck = { type: 'TCP', interval: '200ms', timeout: '200ms' };

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
  const [first, second, third] = await freePorts(3);
  ports = [first, second ?? 0, third ?? 0];
  living = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(living, 'listening');
  namespace = await world.newNamespace();
  await make(
    service('by-name', { type: 'ExternalName', externalName: 'example.com' }),
    service('other-port', { ports: [{ name: 'http', port: 81 }] }),
    service('empty', http),
    service('unready', http),
    slice('unready', '10.0.0.1', false),
    service('good', http),
    slice('good', '10.0.0.1', true),
  );
  await apply(ofService('good'));
  const pod = await awaitPod(world, namespace);
  proxy = startPodProxy(namespace, world.cp.kubeconfig);
  await letRun(world, pod, proxy);
  await world.reason(namespace, 'edge', 'Available');
});

after(async () => {
  living?.close();
  taking?.close();
  await proxy?.stop();
  await operator?.stop();
  await world?.close();
});

/** The state of the backend `web`, and the resulting status of the resource. */
const TROUBLES: readonly {
  readonly when: string;
  readonly backend: () => object;
  readonly reason: BlockingReason;
  readonly message: RegExp;
}[] = [
  {
    when: 'its Service does not exist',
    backend: () => ofService('missing'),
    reason: 'ServiceNotFound',
    message: /^Listener web: Backend "web", Service "missing": The Service does not exist: create it/,
  },
  {
    when: 'its Service is of type ExternalName',
    backend: () => ofService('by-name'),
    reason: 'ExternalName',
    message: /^Listener web: .* is of type ExternalName, which has no endpoints: list its addresses/,
  },
  {
    when: 'its Service has another port',
    backend: () => ofService('other-port'),
    reason: 'ServicePortNotFound',
    message: /^Listener web: .* has no TCP port 80; it has http \(81\): correct the port/,
  },
  {
    when: 'its Service has no endpoints',
    backend: () => ofService('empty'),
    reason: 'NoEndpoints',
    message: /^Listener web: .* Service empty has no endpoints: give it a selector/,
  },
  {
    when: 'no pod of its Service is ready',
    backend: () => ofService('unready'),
    reason: 'EndpointsNotReady',
    message: /^Listener web: .* None of the 1 endpoints of Service unready is ready/,
  },
  {
    when: 'its endpoint does not listen',
    backend: () => ({ endpoints: [endpoint(ports[2])], healthCheck }),
    reason: 'EndpointsUnhealthy',
    message: /^Listener web: .* no healthy endpoint, so all 1 are used/,
  },
];

describe('a resource with a listener that serves nobody is not Ready', () => {
  for (const { when, backend, reason, message } of TROUBLES)
    test(`with reason ${reason} when ${when}`, async () => {
      await apply(backend());
      await world.reason(namespace, 'edge', reason, message);
      await world.warned(namespace, 'edge', reason);
      const status = await world.status(namespace, 'edge');
      const [web, other] = status?.backends ?? [];
      assert.deepEqual([web?.name, web?.ready, web?.problems?.[0]?.reason], ['web', 0, reason]);
      assert.deepEqual([other?.name, other?.ready, other?.problems], ['other', 1, []]);
      assert.deepEqual(status?.proxies, { of: 1, following: 1, problems: [] });
      assert.equal(
        await operator.metric(`l4balancer_operator_balancers_with_problem{reason="${reason}"}`),
        1,
      );
    });

  test('unless no endpoint is required: then it is Ready with a warning', async () => {
    await apply(ofService('missing'), { readiness: { requireEndpoints: false } });
    await world.reason(namespace, 'edge', 'Available');
    await world.warned(namespace, 'edge', 'ServiceNotFound');
  });
});

test('a port that is taken is reported, and the problem ends by itself when the port is free', async () => {
  const [, , port] = ports;
  taking = net.createServer().listen(port);
  await once(taking, 'listening');
  await apply(ofService('good'), {
    listeners: [
      { name: 'web', port, backend: 'web' },
      { name: 'other', port: ports[1], backend: 'other' },
    ],
  });
  await world.reason(namespace, 'edge', 'PortTaken', /^Listener web: Cannot listen on port/);
  const [web] = (await world.status(namespace, 'edge'))?.listeners ?? [];
  assert.equal(web?.problems?.[0]?.reason, 'PortTaken');
  taking.close();
  await world.reason(namespace, 'edge', 'Available');
});

test('backups that receive connections cause a warning', async () => {
  const { port } = living.address() as net.AddressInfo;
  await apply({ endpoints: [endpoint(1), endpoint(port, { backup: true })], healthCheck });
  await world.warned(namespace, 'edge', 'BackupsServe');
  await world.reason(namespace, 'edge', 'Available');
});

/** The interval at which settled proxies are polled, plus the time to act on the result. */
const WITHIN_MS = 60_000;

test('a change of a Service is reported within a minute, and its recovery within seconds', async () => {
  await apply(ofService('good'));
  await world.warned(namespace, 'edge', 'NoWarnings');
  await world.reason(namespace, 'edge', 'Available');
  await world.kubectl('delete', 'service', 'good', '-n', namespace);
  const gone = performance.now();
  await world.reason(namespace, 'edge', 'ServiceNotFound');
  assert.ok(performance.now() - gone < WITHIN_MS, `${performance.now() - gone} ms`);
  await make(service('good', http));
  await world.reason(namespace, 'edge', 'Available');
  await world.warned(namespace, 'edge', 'NoWarnings' satisfies WarningReason);
});
