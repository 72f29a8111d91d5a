import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import { createWriter } from '../../../kube/apply.ts';
import type { FleetOverview } from '../../../report/fleet.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { get } from '../../operator/fleet/events.ts';
import { type OperatorProcess, startOperator } from '../../operator/integration/operator.ts';
import { bind } from '../../operator/integration/pods.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import { type Program, startProgram } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import { machineAddress } from '../served-balancer.ts';
import { type PortForwardingKubelet, startKubelet } from './kubelet.ts';

const NODE = 'node-1';
const OPERATORS = 'l4balancer-system';

let world: TestWorld;
let operator: OperatorProcess;
let kubelet: PortForwardingKubelet;
let namespace: string;

const writer = () => createWriter(world.transport, 'kubelet');

/** A node whose kubelet forwards ports. */
const createNode = async (): Promise<void> => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
  await writer().create(node);
  await writer().applyStatus({
    ...node,
    status: {
      addresses: [{ type: 'InternalIP', address: machineAddress() }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  });
};

/** A running pod with a port by this name, on the node. */
const createPod = async (
  where: string,
  name: string,
  port: { readonly name: string; readonly containerPort: number },
  labels: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: where, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'it', image: 'registry.example/it:1', ports: [port] }],
    },
  };
  await writer().create(pod);
  await bind(world.transport, pod, NODE);
  await writer().applyStatus({
    ...pod,
    spec: undefined,
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
};

const OPERATOR_LABELS = {
  'app.kubernetes.io/component': 'operator',
  'app.kubernetes.io/part-of': 'l4balancer',
};
const pagePort = (): number => Number(operator.address('page').split(':')[1]);
const createOperatorPod = (name: string, containerPort = pagePort()): Promise<void> =>
  createPod(OPERATORS, name, { name: 'page', containerPort }, OPERATOR_LABELS);

before(async () => {
  world = await startWorld();
  const identity = createAuthority('kubelets').issue({ commonName: NODE, altNames: [machineAddress()] });
  kubelet = await startKubelet(machineAddress(), identity);
  await createNode();
  await world.cp.createNamespace(OPERATORS);
  namespace = await world.newNamespace();
  operator = startOperator(world.cp.kubeconfig);
  await operator.line('caches synced');
  await world.apply(namespace, 'edge');
});

after(async () => {
  await operator?.stop();
  kubelet?.close();
  await world?.close();
});

interface Dashboard {
  readonly program: Program;
  readonly url: URL;
}

const startDashboard = async (...args: readonly string[]): Promise<Dashboard> => {
  const program = startProgram(
    ['dashboard', '--kubeconfig', world.cp.kubeconfig, '-n', namespace, '--port', '0', ...args],
    {},
    { entry: 'bin/kubectl-l4b.js' },
  );
  await until(
    'the address is printed',
    () => program.stdout().includes('\n') || program.child.exitCode !== null,
    {
      seen: () => program.stderr(),
    },
  );
  assert.equal(program.child.exitCode, null, program.stderr());
  return { program, url: new URL(program.stdout().trim()) };
};

const dashboard = (...args: readonly string[]) =>
  run(['dashboard', '--kubeconfig', world.cp.kubeconfig, '-n', namespace, ...args]);

test('without an operator, it says what was looked for and what else opens a page', async () => {
  const { exitCode, err, out } = await dashboard();
  assert.deepEqual([exitCode, out], [4, '']);
  assert.match(
    err,
    /^No operator of L4Balancer runs in this cluster: no running pod has the labels app\.kub/,
  );
  assert.match(err, /--pod opens the page of one replica, without the operator\.\n$/);
  const elsewhere = await dashboard('--operator-namespace', namespace);
  assert.match(elsewhere.err, new RegExp(`^No operator of L4Balancer runs in namespace ${namespace}: `));
});

test('it forwards the operator’s page until Ctrl-C, and connects again to another pod', async () => {
  await createOperatorPod('operator-1');
  const { program, url } = await startDashboard('edge');
  assert.equal(url.hash, `#/${namespace}/edge`);
  assert.equal(url.hostname, 'localhost');
  const host = `127.0.0.1:${url.port}`;
  const html = await get(host, '/');
  assert.equal(html.status, 200);
  assert.ok((await html.text()).length > 100_000, 'the whole page');
  const events = await get(host, '/events');
  const { balancers } = await events.event<FleetOverview>('fleet');
  assert.deepEqual(
    balancers.map(({ name }) => name),
    ['edge'],
  );
  assert.ok(kubelet.asked.every((path) => path.startsWith(`/portForward/${OPERATORS}/operator-1`)));

  await world.kubectl('delete', 'pod', 'operator-1', '-n', OPERATORS, '--wait=true');
  await createOperatorPod('operator-2');
  await until('the page is there again', async () =>
    get(host, '/').then(
      async (answer) => answer.status === 200 && (await answer.text()).endsWith('</html>'),
      () => false,
    ),
  );
  assert.match(program.stderr(), /Pod l4balancer-system\/operator-1 does not answer/);
  assert.match(program.stderr(), /Now pod l4balancer-system\/operator-2\n/);
  program.child.kill('SIGINT');
  assert.equal(await program.ended, 0);
  events.close();
  await world.kubectl('delete', 'pod', 'operator-2', '-n', OPERATORS);
});

test('of several operators, the one that holds the Lease is chosen', async () => {
  await createOperatorPod('operator-a');
  await createOperatorPod('operator-b');
  await writer().create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l4balancer-operator', namespace: OPERATORS },
    spec: { holderIdentity: 'operator-b_0123456789ab' },
  });
  const { program } = await startDashboard();
  assert.match(program.stderr(), /^Forwarding to pod l4balancer-system\/operator-b, until Ctrl-C\n/);
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0);
  for (const pod of ['operator-a', 'operator-b']) await world.kubectl('delete', 'pod', pod, '-n', OPERATORS);
});

test('with --pod it opens the page of a replica, without an operator', async () => {
  const admin = await freePort();
  const proxy = startProgram(['--kubeconfig', world.cp.kubeconfig], {
    L4B_NAMESPACE: namespace,
    L4B_NAME: 'edge',
    L4B_ADMIN: `127.0.0.1:${admin}`,
    NUM_ACCEPTORS: '1',
  });
  await proxy.line(({ msg }) => msg === 'admin endpoint listens');
  await createPod(namespace, 'l4b-edge-1', { name: 'admin', containerPort: admin });
  const { program, url } = await startDashboard('--pod', 'l4b-edge-1');
  const html = await get(`127.0.0.1:${url.port}`, '/', { accept: 'text/html' });
  assert.match(await html.text(), /^<!doctype html>/);
  program.child.kill('SIGINT');
  assert.equal(await program.ended, 0);
  proxy.child.kill('SIGKILL');
  await proxy.ended;
});

test('what is in the way is said in a sentence', async () => {
  await createOperatorPod('operator-3');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  const nobody = world.cp.userKubeconfig('nobody');
  const lister = world.cp.userKubeconfig('lister');
  await world.kubectl('create', 'clusterrole', 'lists-pods', '--verb=list', '--resource=pods');
  await world.kubectl('create', 'clusterrolebinding', 'lister', '--clusterrole=lists-pods', '--user=lister');
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [
      ['--port', `${port}`],
      2,
      new RegExp(
        `^Port ${port} of this machine is in use; choose another one with --port, or --port 0 for any\n$`,
      ),
    ],
    [['none'], 4, /^There is no L4Balancer none in namespace test-1; it has edge\n$/],
    [['edge', '--pod', 'x'], 2, /^Name a balancer or a --pod, not both/],
    [['--pod', 'x'], 4, /^Cannot read the pod test-1\/x: pods "x" not found\n$/],
    [
      ['--kubeconfig', nobody],
      3,
      /^Cannot look for the operator’s pods in any namespace: .*cannot list resource "pods".*--operator-namespace says where it is\n$/,
    ],
    [
      ['--kubeconfig', lister],
      3,
      /^Cannot forward port \d+ of pod l4balancer-system\/operator-3: .*"pods\/portforward"/,
    ],
  ];
  for (const [args, exitCode, message] of cases) {
    const given = args.includes('--kubeconfig') ? args : ['--kubeconfig', world.cp.kubeconfig, ...args];
    const ended = await run(['dashboard', '-n', namespace, ...given]);
    assert.match(ended.err, message, `${args}`);
    assert.deepEqual([ended.exitCode, ended.out], [exitCode, ''], `${args}`);
  }
  other.close();
});
