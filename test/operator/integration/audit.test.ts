import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { runChild } from '../../../tooling/process/child.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { selfSigned } from '../../proxy/certificates.ts';
import { BASIC, IMAGE, type OperatorProcess, startOperator } from './operator.ts';
import { POD_MONITORS } from './pod-monitors.ts';
import { awaitPod, letRun, type PodProxy, startPodProxy } from './pod-proxy.ts';
import { LEASE_NAMESPACE, OPERATOR, operatorLogin } from './rights.ts';
import { askedBy, missingIn, type Rule, unusedIn } from './used-rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const MAIN = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url));

const WEB = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports: [{ port: 80 }], selector: { app: 'web' } },
};

const clients = new ClientAuthority('Clients');
let world: TestWorld;
let operator: OperatorProcess;
let proxy: PodProxy;
let namespace: string;
let account: string;
let login: string;

const create = (object: object): Promise<string> =>
  world.cp.run(['apply', '-n', namespace, '-f', '-'], JSON.stringify(object));

const startProxy = async (): Promise<PodProxy> => {
  const token = (await world.kubectl('create', 'token', 'l4b-edge', '-n', namespace)).trim();
  const config = JSON.parse(readFileSync(world.cp.kubeconfig, 'utf8'));
  config.users[0].user = { token };
  const path = join(world.cp.folder, 'pod.kubeconfig');
  writeFileSync(path, JSON.stringify(config));
  return startPodProxy(namespace, path);
};

/** Reads all children as the operator does that explains what it would change. */
const dryRun = async (): Promise<void> => {
  const flags = ['--dry-run', `--kubeconfig=${login}`, `--proxy-image=${IMAGE}`] as const;
  await runChild([process.execPath, MAIN, ...flags]);
};

const refusedTo = (user: string): readonly string[] =>
  (world.cp.auditLog?.events() ?? [])
    .filter((event) => event.user.username === user && event.responseStatus?.code === 403)
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);

const bundle = () => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'clients' },
  data: { 'ca.crt': clients.certificate, 'ca.crl': clients.list() },
});

const pair = (name: string) => {
  const { certificate, key } = selfSigned(['a.test']);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  };
};

before(async () => {
  world = await startWorld();
  await world.cp.run(['apply', '-f', '-'], JSON.stringify(POD_MONITORS));
  login = await operatorLogin(world.cp);
  operator = startOperator(login, [`--leader-elect-namespace=${LEASE_NAMESPACE}`], BASIC);
  await operator.line('caches synced');
  namespace = await world.newNamespace();
  account = `system:serviceaccount:${namespace}:l4b-edge`;
  for (const object of [bundle(), pair('web-tls'), pair('proxy-tls'), WEB]) await create(object);
});

after(async () => {
  await proxy?.stop();
  await operator?.stop();
  await world?.close();
  clients[Symbol.dispose]();
});

test('a proxy asks for what its Role allows, for all of it, and is never refused', async () => {
  const port = await freePort();
  await world.apply(namespace, 'edge', {
    listeners: [
      {
        name: 'https',
        port,
        backend: 'web',
        tls: {
          mode: 'Terminate',
          certificateRefs: [{ name: 'web-tls' }],
          clientCertificates: { caRefs: [{ name: 'clients' }], crlRefs: [{ name: 'clients' }] },
        },
      },
    ],
    backends: [
      {
        name: 'web',
        service: { name: 'web', port: 80 },
        tls: { caRef: { name: 'clients' }, clientCertificateRef: { name: 'proxy-tls' } },
      },
    ],
  });
  const pod = await awaitPod(world, namespace);
  await world.eventually('the ticket keys', async () =>
    (await world.kubectl('get', 'secret', '-n', namespace)).includes('l4b-edge-tickets'),
  );
  proxy = await startProxy();
  await letRun(world, pod, proxy);
  // Changes are followed, not only what there is at first.
  clients.revoke(clients.issue('lost'));
  for (const object of [bundle(), pair('web-tls')]) await create(object);
  const role = await world.get('rbac.authorization.k8s.io/v1', 'Role', namespace, 'l4b-edge');
  const rules = role?.rules as readonly Rule[];
  const unused = () => unusedIn(rules, askedBy(world.cp.auditLog?.events() ?? [], account));
  await world.eventually('the watches', async () => unused().every((one) => !/^(list|watch)/.test(one)));
  const events = world.cp.auditLog?.events() ?? [];
  assert.deepEqual(missingIn(rules, askedBy(events, account)), []);
  assert.deepEqual(refusedTo(account), []);
  assert.deepEqual(unused(), []);
});

/** What the operator may do and did not do here, and why. */
const NOT_HERE: ReadonlyMap<RegExp, string> = new Map([
  [
    /^create (?!\/pods)/,
    'an apply that creates something needs this right as well, and is recorded as a patch',
  ],
  [
    /^(list|watch) (discovery\.k8s\.io\/endpointslices|\/configmaps)$/,
    'it may give proxies no right that it lacks',
  ],
  [/^delete apps\/(deployments|daemonsets)$/, 'one replaces the other once it serves: shapes.test.ts'],
  [
    /^(get|create|delete) \/pods$|^get apps\/replicasets$/,
    'probe pods, and a rollout that goes back: sysctls.test.ts',
  ],
  [/^delete \/secrets$/, 'ticket keys that are needed no more: tickets.test.ts'],
  [/^patch events\.k8s\.io\/events$/, 'events that occur again: events.test.ts'],
]);

/** The rules of an installed operator. */
const operatorRules = async (): Promise<readonly Rule[]> => {
  const rulesOf = async (...role: readonly string[]): Promise<readonly Rule[]> =>
    (JSON.parse(await world.kubectl('get', ...role, '-o', 'json')) as { readonly rules: readonly Rule[] })
      .rules;
  return [
    ...(await rulesOf('clusterrole', 'l4balancer-operator')),
    ...(await rulesOf('role', 'l4balancer-operator-leader-election', '-n', LEASE_NAMESPACE)),
  ];
};

/** Children that a resource has or not, as its spec says. */
const CHANGING = [
  'service',
  'poddisruptionbudget.policy',
  'networkpolicy.networking.k8s.io',
  'podmonitor.monitoring.coreos.com',
];

test('the operator asks for what its rules allow, and for each of them but those that are listed', async (t) => {
  const shape = (spec: object): Promise<void> => world.apply(namespace, 'shaped', spec);
  const kinds = 'service,hpa,pdb,networkpolicy,podmonitor,daemonset';
  const until = (kind: string, isThere: boolean): Promise<void> =>
    world.eventually(`${isThere ? 'a' : 'no'} ${kind}`, async () => {
      const names = await world.kubectl('get', kinds, '-n', namespace, '-o', 'name');
      return names.includes(`${kind}/l4b-shaped`) === isThere;
    });
  await shape({
    workload: { replicas: 2 },
    networkPolicy: { enabled: true },
    monitoring: { podMonitor: true },
  });
  for (const kind of CHANGING) await until(kind, true);
  await shape({ workload: { autoscaling: { minReplicas: 1, maxReplicas: 3 } }, service: { type: 'None' } });
  for (const kind of CHANGING) await until(kind, false);
  await until('horizontalpodautoscaler.autoscaling', true);
  await dryRun();
  // Somebody else's write of a status makes it ask who that was.
  await world.kubectl(
    ...['patch', 'l4b', 'shaped', '-n', namespace, '--subresource=status', '--type=json'],
    ...['-p', JSON.stringify([{ op: 'remove', path: '/status/conditions' }])],
  );
  await world.eventually(
    'the conditions',
    async () => ((await world.status(namespace, 'shaped'))?.conditions?.length ?? 0) > 0,
  );
  await shape({ workload: { kind: 'DaemonSet' } });
  await until('daemonset.apps', true);
  await until('horizontalpodautoscaler.autoscaling', false);

  const rules = await operatorRules();
  const events = world.cp.auditLog?.events() ?? [];
  const asked = askedBy(events, OPERATOR);
  assert.deepEqual(missingIn(rules, asked), []);
  assert.deepEqual(refusedTo(OPERATOR), []);
  const unused = unusedIn(rules, asked);
  const reasonFor = (right: string) => [...NOT_HERE.keys()].find((pattern) => pattern.test(right));
  t.diagnostic(unused.join(', '));
  assert.deepEqual(
    unused.filter((right) => reasonFor(right) === undefined),
    [],
  );
  // A reason that nothing needs any more is wrong.
  assert.deepEqual(
    [...NOT_HERE.keys()].filter((pattern) => !unused.some((right) => pattern.test(right))),
    [],
  );
});
