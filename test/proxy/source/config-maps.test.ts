import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../../cluster/control-plane/definition.ts';
import { spec as specSchema } from '../../../crds/l4balancer.ts';
import { connect } from '../../../kube/connect.ts';
import type { Transport } from '../../../kube/transport.ts';
import { role } from '../../../operator/desired/role.ts';
import { isAllowed } from '../../../proxy/address-set/source-policy.ts';
import { followKubernetes } from '../../../proxy/source/kubernetes.ts';
import type { Source, SourceInput, SourceState } from '../../../proxy/source/source.ts';
import { until } from '../../../tooling/wait/until.ts';
import { bytesOf, naiveAddress } from '../address-set/naive.ts';

const SAMPLE = new URL('../../../crds/samples/sources.yaml', import.meta.url);

let cluster: ControlPlane;
let transport: Transport;
const sources: Source[] = [];
before(async () => {
  cluster = await startControlPlane();
  await installDefinition(cluster);
  transport = await connect({ kubeconfig: cluster.kubeconfig });
});
after(async () => {
  for (const source of sources) source.stop();
  await transport?.close();
  await cluster?.stop();
});

/** Follows the L4Balancer edge; the answers are those of its newest input. */
const following = (namespace: string, by: Transport = transport) => {
  const inputs: SourceInput[] = [];
  let state: SourceState | undefined;
  sources.push(
    followKubernetes({
      transport: by,
      namespace,
      name: 'edge',
      after: (ms, run) => setTimeout(run, ms),
      onInput: (input) => inputs.push(input),
      onState: (next) => {
        state = next;
      },
    }),
  );
  /** Whether a client may connect to the first listener; undefined before there is any. */
  const allows = (address: string, input = inputs.at(-1)): boolean | undefined => {
    const policy = input?.snapshot?.configuration.listeners[0]?.policy;
    if (policy === undefined) return undefined;
    return policy.sources === undefined || isAllowed(policy.sources, bytesOf(naiveAddress(address)), 0);
  };
  return {
    inputs,
    allows,
    state: () => state,
    findings: () => inputs.at(-1)?.snapshot?.findings ?? [],
    until: (what: string, check: () => boolean) =>
      until(what, check, { seen: () => [state, inputs.at(-1)?.snapshot?.findings] }),
  };
};

const apply = (namespace: string, ...objects: readonly object[]) =>
  cluster.run(
    ['apply', '--namespace', namespace, '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );

const list = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const balancer = (...lists: readonly string[]) => ({
  apiVersion: 'l4balancer.dev/v1alpha1',
  kind: 'L4Balancer',
  metadata: { name: 'edge' },
  spec: {
    listeners: [
      {
        name: 'web',
        port: 8080,
        backend: 'web',
        ...(lists.length === 0
          ? {}
          : { sources: { deny: ['192.0.2.99'], fromConfigMaps: lists.map((name) => ({ name })) } }),
      },
    ],
    backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 80 }] }],
  },
});

test('lists in ConfigMaps are followed, in addition to what the listener has itself', async () => {
  await cluster.createNamespace('lists');
  await apply(
    'lists',
    list('offices', { allow: '192.0.2.0/24\n' }),
    list('blocked', { deny: '192.0.2.7\n' }),
    balancer('offices', 'blocked'),
  );
  const seen = following('lists');
  await seen.until('the lists are read', () => seen.allows('192.0.2.8') === true);
  assert.deepEqual(
    ['192.0.2.7', '192.0.2.99', '198.51.100.1'].map((address) => seen.allows(address)),
    [false, false, false],
  );
  assert.deepEqual(seen.findings(), []);
  await apply('lists', list('blocked', { deny: '192.0.2.8\n' }));
  await seen.until('the change is in effect', () => seen.allows('192.0.2.8') === false);
  assert.equal(seen.allows('192.0.2.7'), true);
});

test('the last valid list stays in effect when an entry is invalid, and when its ConfigMap is deleted', async () => {
  await cluster.createNamespace('bad');
  await apply('bad', list('blocked', { deny: '192.0.2.7\n' }), balancer('blocked'));
  const seen = following('bad');
  await seen.until('the list is read', () => seen.allows('192.0.2.7') === false);
  await apply('bad', list('blocked', { deny: '192.0.2.8\n\n192.0.2.9/8\n' }));
  await seen.until('the entry is reported', () => seen.findings().length === 1);
  assert.deepEqual(
    seen.findings().map(({ code, path, listener }) => [code, path, listener]),
    [['SourceListInvalid', 'spec.listeners[0].sources', 'web']],
  );
  assert.match(
    seen.findings()[0]?.message ?? '',
    /^ConfigMap "blocked", key deny, line 3: "192\.0\.2\.9\/8" has bits .* The list that was read last stays in effect\.$/,
  );
  assert.deepEqual([seen.allows('192.0.2.7'), seen.allows('192.0.2.8')], [false, true]);
  await cluster.run(['delete', '--namespace', 'bad', 'configmap', 'blocked']);
  await seen.until('the deletion is reported', () => seen.findings()[0]?.code === 'SourceListMissing');
  assert.deepEqual([seen.allows('192.0.2.7'), seen.allows('192.0.2.8')], [false, true]);
  await apply('bad', list('blocked', { deny: '192.0.2.8\n' }));
  await seen.until('it is back', () => seen.allows('192.0.2.8') === false && seen.findings().length === 0);
});

test('nobody may connect while a list is missing that was never read, and other listeners are served', async () => {
  await cluster.createNamespace('missing');
  await apply('missing', balancer('offices'));
  const seen = following('missing');
  await seen.until('the missing list is reported', () => seen.findings().length === 1);
  assert.match(
    seen.findings()[0]?.message ?? '',
    /^ConfigMap "offices" does not exist: create it with the keys allow or deny, .* nobody may connect to listener "web"\.$/,
  );
  assert.equal(seen.allows('192.0.2.1'), false);
  await apply('missing', list('offices', { other: '' }));
  await seen.until('the keys are reported', () => seen.findings()[0]?.code === 'SourceListInvalid');
  assert.equal(seen.allows('192.0.2.1'), false);
  await apply('missing', list('offices', { allow: '192.0.2.0/24' }));
  await seen.until('the list is read', () => seen.allows('192.0.2.1') === true);
});

test('the first input waits for its lists, and a listener keeps its policy until a new list is read', async () => {
  await cluster.createNamespace('order');
  await apply('order', list('blocked', { deny: '192.0.2.7' }), list('more', { deny: '192.0.2.8' }));
  await apply('order', balancer('blocked'));
  const seen = following('order');
  await seen.until('the list is read', () => seen.allows('192.0.2.7') === false);
  await apply('order', balancer('blocked', 'more'));
  await seen.until('the second list is read', () => seen.allows('192.0.2.8') === false);
  await apply('order', balancer());
  await seen.until('all may connect', () => seen.allows('192.0.2.99') === true);
  await apply('order', balancer('more'));
  await seen.until('the list is read again', () => seen.allows('192.0.2.8') === false);
  const served = seen.inputs.filter(({ snapshot }) => snapshot !== undefined);
  // Nobody denies this client, so it was never refused.
  for (const input of served) assert.equal(seen.allows('192.0.2.1', input), true);
});

test('the sample denies whom its blocklist names, and guests of the offices', async () => {
  await cluster.createNamespace('sample');
  const { spec } = parse(await readFile(SAMPLE, 'utf8')) as { spec: object };
  await apply('sample', list('blocklist', { deny: '192.0.2.7\n' }), { ...balancer(), spec });
  const seen = following('sample');
  await seen.until('the list is read', () => seen.allows('192.0.2.8') === true);
  assert.deepEqual(
    ['192.0.2.7', '192.0.2.200', '198.51.100.1', '2001:db8::1'].map((address) => seen.allows(address)),
    [false, false, false, true],
  );
});

test('the Role of a proxy lets it read exactly the ConfigMaps that its listeners name', async () => {
  await cluster.createNamespace('role');
  await apply(
    'role',
    list('blocked', { deny: '192.0.2.7' }),
    list('secret', { deny: '' }),
    balancer('blocked'),
  );
  const { rules } = role({
    name: 'edge',
    namespace: 'role',
    uid: 'x',
    spec: specSchema.parse(balancer('blocked').spec),
  });
  await apply(
    'role',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'proxy' }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'proxy' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'proxy' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'proxy-of-edge' }],
    },
  );
  const limited = await connect({ kubeconfig: cluster.userKubeconfig('proxy-of-edge') });
  const seen = following('role', limited);
  await seen.until('the list is read', () => seen.allows('192.0.2.7') === false);
  await apply('role', balancer('secret'));
  await seen.until('the other one is refused', () => seen.state()?.following === false);
  const state = seen.state();
  assert.match(
    state?.following === false ? state.problem : '',
    /^Cannot follow ConfigMap secret: .*403 Forbidden/,
  );
  assert.equal(seen.allows('192.0.2.7'), false, 'the policy stays');
  sources.pop()?.stop();
  await limited.close();
});
