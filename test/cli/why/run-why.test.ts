import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { commandsFor } from '../../../cli/why/commands.ts';
import type { Problem } from '../../../cli/why/problem.ts';
import { createWriter } from '../../../kube/apply.ts';
import { eventManifest, microTime } from '../../../operator/telemetry/event-manifest.ts';
import { REASONS } from '../../../report/reasons/reasons.ts';
import { WARNING_REASONS } from '../../../report/reasons/warning-reasons.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { kubeconfigFolder } from '../../kube/kubeconfig-file.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import { balancer } from '../../operator/owner.ts';
import type { Program } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import {
  condition,
  createPod,
  machineAddress,
  READY,
  SELECTOR,
  startServing,
  writeStatus,
} from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
const files = kubeconfigFolder();

interface Document {
  readonly problems: readonly Problem[];
  readonly unknown: readonly string[];
}

const why = (...args: readonly string[]) =>
  run(['why', 'edge', '--kubeconfig', world.cp.kubeconfig, '-n', namespace, ...args]);

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  const [port, dead] = [await freePort(), await freePort()];
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        endpoints: [{ address: '127.0.0.1', port: dead }],
        healthCheck: { type: 'TCP', interval: '500ms', timeout: '400ms', unhealthyThreshold: 1 },
      },
    ],
  });
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
});

after(async () => {
  files.remove();
  proxy?.child.kill('SIGKILL');
  await world?.close();
});

test('a real proxy’s dead endpoint is named, with the reason, and the exit code is 1', async () => {
  let seen: readonly Problem[] = [];
  await world.eventually('the endpoint to be out', async () => {
    const { out, exitCode } = await why('-o', 'json');
    seen = (JSON.parse(out) as Document).problems;
    return exitCode === 1 && seen.some(({ reason }) => reason === 'EndpointsOut');
  });
  assert.match(
    seen.map(({ what }) => what.join()).join(),
    /1 of 1 endpoint out: 127\.0\.0\.1:\d+ \(.*refused/i,
  );
});

test('a warning event about the resource is told, with the command that shows it', async () => {
  const edge = (await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge')) ?? assert.fail();
  const happened = {
    type: 'Warning',
    reason: 'Limiting',
    action: 'Limit',
    note: 'Clients are refused.',
  } as const;
  await createWriter(world.transport, 'operator').create(
    eventManifest(edge, happened, microTime(new Date()), 'test'),
  );
  const { out } = await why();
  assert.match(out, /^\d\. Limiting\n {3}L4Balancer edge, \d+s ago: Clients are refused\.$/m);
  assert.match(out, new RegExp(`^ +kubectl -n ${namespace} describe l4b edge$`, 'm'));
});

test('what keeps it from being Ready comes first', async () => {
  await writeStatus(world, namespace, 'edge', {
    conditions: [condition('Ready', 'False', 'QuotaExceeded', 'No pods are left in the quota.')],
    observedGeneration: 1,
  });
  const { out, exitCode } = await why();
  assert.match(out, /^test-1\/edge: \d problems\n\n1\. QuotaExceeded\n {3}No pods are left in the quota\.\n/);
  assert.equal(exitCode, 1);
});

test('where nobody could be asked, finding nothing is no success, and documents say what is not known', async () => {
  const other = await world.newNamespace();
  await world.apply(other, 'edge');
  await writeStatus(world, other, 'edge', { ...READY, observedGeneration: 1 });
  await createPod(world, other, 'edge-1', 9901, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  const user = 'reader';
  const role = ['--verb=get,list', '--resource=l4balancers.l4balancer.dev,pods'];
  await world.kubectl('create', 'role', user, ...role, '-n', other);
  await world.kubectl('create', 'rolebinding', user, `--role=${user}`, `--user=${user}`, '-n', other);
  const ask = (...args: readonly string[]) =>
    run(['why', 'edge', '--kubeconfig', world.cp.userKubeconfig(user), '-n', other, ...args]);
  const text = await ask();
  assert.match(text.out, /^\S+: nothing is wrong in what could be read\.\n/);
  assert.match(text.out, /^! The proxies were not asked: you lack the right to get pods\/proxy/m);
  assert.match(text.out, /^! Cannot list the events of namespace .*cannot list resource "events"/m);
  const document = await ask('-o', 'json');
  const { problems, unknown } = JSON.parse(document.out) as Document;
  assert.deepEqual(problems, []);
  assert.match(unknown[0] ?? '', /^The proxies were not asked: you lack the right to get pods\/proxy/);
  assert.match(unknown[1] ?? '', /^Cannot list the events/);
  assert.deepEqual([text.exitCode, document.exitCode], [3, 3]);
  await writeStatus(world, other, 'edge', {
    conditions: [condition('Ready', 'False', 'QuotaExceeded', 'No pods are left in the quota.')],
    observedGeneration: 1,
  });
  assert.equal((await ask()).exitCode, 1);
});

test('without a proxy that runs, finding nothing is no success either', async () => {
  const empty = await world.newNamespace();
  await world.apply(empty, 'edge');
  await writeStatus(world, empty, 'edge', { ...READY, observedGeneration: 1 });
  const { out, exitCode } = await run(['why', 'edge', '--kubeconfig', world.cp.kubeconfig, '-n', empty]);
  assert.match(
    out,
    /^\S+: nothing is wrong in what could be read\.\n\n! The proxies were not asked: no proxy pod runs\n$/,
  );
  assert.equal(exitCode, 6);
});

test('preflight asks the API server about a manifest, and changes nothing', async () => {
  const other = await world.newNamespace();
  const manifest = (spec: object) =>
    files.write(JSON.stringify({ ...balancer(spec), metadata: { name: 'new', namespace: other } }));
  const preflight = (spec: object, login = world.cp.kubeconfig) =>
    run(['preflight', manifest(spec), '--kubeconfig', login]);
  const alone = await preflight({});
  assert.match(alone.out, /: 1 thing is in the way\n\n✗ Nodes: No node is eligible/);
  assert.match(alone.out, /^✓ L4Balancer: The API server accepts it\.$/m);
  assert.match(alone.out, /^✓ Pods: The API server admits a pod like those/m);
  assert.match(alone.out, /^✓ Service: The API server accepts it, with its ports\.$/m);
  assert.match(alone.out, /^! Backends: Backend web, Service web: The Service does not exist/m);
  assert.match(alone.out, /^! Operator: No Deployment of the operator was found/m);
  assert.equal(alone.exitCode, 1);
  await world.kubectl('label', 'namespace', other, 'pod-security.kubernetes.io/enforce=baseline');
  const { out } = await preflight({ tuning: { profile: 'Tuned' } });
  assert.match(
    out,
    /^✗ Pods: .*violates PodSecurity "baseline:latest".*\n {2}→ Use tuning\.profile Restricted/m,
  );
  const left = await world.kubectl('get', 'l4balancer,pod,service', '-n', other, '-o', 'name');
  assert.equal(left.trim(), '');
  const nobody = await preflight({}, world.cp.userKubeconfig('nobody'));
  assert.match(nobody.err, /^Cannot read the L4Balancer .*cannot get resource/);
  assert.equal(nobody.exitCode, 3);
});

test('the API server accepts every patch, annotation and query that is proposed', async () => {
  const about = { namespace, name: 'edge', selector: SELECTOR, services: ['web'] };
  const reasons = [...Object.keys(REASONS), ...Object.keys(WARNING_REASONS), 'NoOperator', 'EndpointsOut'];
  const commands = new Set(reasons.flatMap((reason) => commandsFor(reason, about)));
  let tried = 0;
  for (const command of commands) {
    const [, ...words] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, word]) => quoted ?? word ?? '',
    );
    // Interactive commands, the output of containers that do not exist here, and the plugin itself.
    if (words[0] === 'l4b' || words.some((word) => ['edit', 'logs'].includes(word))) continue;
    const dry = words.some((word) => ['patch', 'annotate', 'scale'].includes(word))
      ? ['--dry-run=server']
      : [];
    await world.kubectl(...words, ...dry);
    tried++;
  }
  assert.ok(tried >= 12, `${tried} commands were tried`);
});
