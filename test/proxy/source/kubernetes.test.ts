import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../../cluster/control-plane/definition.ts';
import { spec as specSchema } from '../../../crds/l4balancer.ts';
import { connect } from '../../../kube/connect.ts';
import type { Transport } from '../../../kube/transport.ts';
import { role } from '../../../operator/desired/role.ts';
import { followKubernetes } from '../../../proxy/source/kubernetes.ts';
import type { Source, SourceInput, SourceState } from '../../../proxy/source/source.ts';

let cluster: ControlPlane;
let transport: Transport;
before(async () => {
  cluster = await startControlPlane();
  await installDefinition(cluster);
  transport = await connect({ kubeconfig: cluster.kubeconfig });
});
after(async () => {
  await transport?.close();
  await cluster?.stop();
});

interface Seen {
  readonly input: SourceInput;
  readonly state: SourceState | undefined;
}

/** Follows a source and offers ways to wait for what it reports. */
const following = (namespace: string, name: string, by: Transport = transport) => {
  let input: SourceInput | undefined;
  let state: SourceState | undefined;
  const waiting = new Set<() => void>();
  const notify = () => {
    for (const check of waiting) check();
  };
  const source: Source = followKubernetes({
    transport: by,
    namespace,
    name,
    after: (ms, run) => setTimeout(run, ms),
    onInput(next) {
      input = next;
      notify();
    },
    onState(next) {
      state = next;
      notify();
    },
  });
  return {
    source,
    /** Resolves once what was reported fulfils `wanted`. */
    until: (wanted: (seen: Seen) => boolean): Promise<Seen> =>
      new Promise((resolve) => {
        const check = () => {
          if (input === undefined || !wanted({ input, state })) return;
          waiting.delete(check);
          resolve({ input, state });
        };
        waiting.add(check);
        check();
      }),
    /** Resolves once the state fulfils `wanted`, even before there is any input. */
    untilState: (wanted: (state: SourceState) => boolean): Promise<SourceState> =>
      new Promise((resolve) => {
        const check = () => {
          if (state === undefined || !wanted(state)) return;
          waiting.delete(check);
          resolve(state);
        };
        waiting.add(check);
        check();
      }),
    get input() {
      return input;
    },
  };
};

const apply = (namespace: string, ...objects: readonly object[]) =>
  cluster.run(
    ['apply', '--namespace', namespace, '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );

/** Retries, because a changed CustomResourceDefinition takes effect a moment after it was written. */
const untilAccepted = async (write: () => Promise<string>): Promise<void> => {
  for (let tries = 0; ; tries += 1) {
    try {
      await write();
      return;
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ name: 'main', port: 80 }] },
});
const slice = (of: string, ...addresses: readonly string[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${of}-1`, labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address] })),
  ports: [{ name: 'main', port: 8080, protocol: 'TCP' }],
});
const balancer = (name: string, ...services: readonly string[]) => ({
  apiVersion: 'l4balancer.dev/v1alpha1',
  kind: 'L4Balancer',
  metadata: { name },
  spec: {
    listeners: services.map((of, index) => ({ name: of, port: 8000 + index, backend: of })),
    backends: services.map((of) => ({ name: of, service: { name: of, port: 80 } })),
  },
});

const addresses = ({ input }: { readonly input: SourceInput | undefined }, backend: string): string =>
  (input?.snapshot?.targets.get(backend) ?? []).map(({ address }) => address).join(' ');
const messages = ({ input }: Seen): string =>
  [...input.refused, ...(input.snapshot?.findings ?? [])].map(({ message }) => message).join('\n');

test('changes of endpoints, Services and the resource itself are followed', async () => {
  await cluster.createNamespace('follow');
  const seen = following('follow', 'edge');
  const waiting = await seen.until(({ input }) => input.refused.length > 0);
  assert.match(messages(waiting), /L4Balancer follow\/edge does not exist\. Create it/);

  await apply('follow', balancer('edge', 'web'));
  assert.match(
    messages(await seen.until(({ input }) => input.snapshot !== undefined)),
    /The Service does not exist/,
  );

  await apply('follow', service('web'), slice('web', '10.0.0.1', '10.0.0.2'));
  const served = await seen.until((now) => addresses(now, 'web') === '10.0.0.1 10.0.0.2');
  assert.deepEqual(served.input.snapshot?.findings, []);
  assert.equal(served.input.snapshot?.revision, 'generation/1');

  await apply('follow', slice('web', '10.0.0.2'));
  await seen.until((now) => addresses(now, 'web') === '10.0.0.2');

  await apply('follow', balancer('other', 'web'), balancer('edge', 'web', 'gone'));
  const second = await seen.until(({ input }) => input.snapshot?.revision === 'generation/2');
  assert.deepEqual([...(second.input.snapshot?.targets.keys() ?? [])], ['web', 'gone']);
  seen.source.stop();
});

test('the Role that the operator creates for a proxy grants exactly what the proxy needs', async () => {
  await cluster.createNamespace('rights');
  await apply(
    'rights',
    service('web'),
    slice('web', '10.0.0.1'),
    balancer('edge', 'web'),
    balancer('other', 'web'),
  );
  const { rules } = role({
    name: 'edge',
    namespace: 'rights',
    uid: 'x',
    spec: specSchema.parse(balancer('edge', 'web').spec),
  });
  await apply(
    'rights',
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
  const own = following('rights', 'edge', limited);
  await own.until((now) => addresses(now, 'web') === '10.0.0.1' && now.state?.following === true);
  own.source.stop();
  const stranger = following('rights', 'other', limited);
  const refused = await stranger.untilState((state) => !state.following);
  assert.match(
    refused.following ? '' : refused.problem,
    /^Cannot follow L4Balancer rights\/other: .*403 Forbidden/,
  );
  stranger.source.stop();
  await limited.close();
});

test('no backend is ever without its endpoints while another set of Services is being listed', async () => {
  await cluster.createNamespace('gapless');
  await apply('gapless', service('a'), service('b'), slice('a', '10.0.0.1'), slice('b', '10.0.0.2'));
  await apply('gapless', balancer('edge', 'a'));
  const seen = following('gapless', 'edge');
  await seen.until((now) => addresses(now, 'a') === '10.0.0.1');
  const gaps: string[] = [];
  void seen.until((now) => {
    for (const [backend, targets] of now.input.snapshot?.targets ?? [])
      if (targets.length === 0) gaps.push(backend);
    return false;
  });
  for (const services of [['a', 'b'], ['b'], ['a'], ['b', 'a']]) {
    await apply('gapless', balancer('edge', ...services));
    await seen.until(
      ({ input }) => [...(input.snapshot?.targets.keys() ?? [])].join(' ') === services.join(' '),
    );
  }
  assert.deepEqual(gaps, []);
  seen.source.stop();
});

test('a deleted resource stays in service, and is followed again when it is back', async () => {
  await cluster.createNamespace('deleted');
  await apply('deleted', service('web'), slice('web', '10.0.0.1'), balancer('edge', 'web'));
  const seen = following('deleted', 'edge');
  await seen.until((now) => addresses(now, 'web') === '10.0.0.1');
  await cluster.run(['delete', '--namespace', 'deleted', 'l4balancer', 'edge']);
  const gone = await seen.until(({ input }) => input.refused.length > 0);
  assert.match(messages(gone), /was deleted\. Its last configuration stays in service/);
  assert.equal(gone.input.refused[0]?.code, 'ResourceMissing');
  assert.equal(addresses(gone, 'web'), '10.0.0.1');
  await apply('deleted', slice('web', '10.0.0.7'));
  await seen.until((now) => addresses(now, 'web') === '10.0.0.7');
  await apply('deleted', balancer('edge', 'web'));
  await seen.until(({ input }) => input.refused.length === 0);
  seen.source.stop();
});

test('the last state stays in effect without the API server, and changes are followed again afterwards', async () => {
  await cluster.createNamespace('away');
  await apply('away', service('web'), slice('web', '10.0.0.1'), balancer('edge', 'web'));
  const seen = following('away', 'edge');
  await seen.until((now) => addresses(now, 'web') === '10.0.0.1' && now.state?.following === true);

  await cluster.killApiServer();
  const away = await seen.until(({ state }) => state?.following === false);
  assert.equal(addresses(away, 'web'), '10.0.0.1');
  assert.match(away.state?.following === false ? away.state.problem : '', /^Cannot follow /);

  await cluster.startApiServer();
  await apply('away', slice('web', '10.0.0.2'));
  await seen.until((now) => addresses(now, 'web') === '10.0.0.2');
  await seen.until(({ state }) => state?.following === true);
  seen.source.stop();
});

test('the known parts of a resource that is newer than the proxy are served, and the unknown ones reported', async () => {
  const crd = JSON.parse(await cluster.run(['get', 'crd', 'l4balancers.l4balancer.dev', '-o', 'json']));
  const { properties } = crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
  properties.future = { type: 'string' };
  properties.listeners.items.properties.protocol.enum.push('SCTP');
  properties.backends.items.properties.algorithm.enum.push('Psychic');
  properties.accessLog.properties.mode.enum.push('Traced');
  await cluster.run(['replace', '-f', '-'], JSON.stringify(crd));

  await cluster.createNamespace('newer');
  await apply('newer', service('web'), slice('web', '10.0.0.1'));
  const seen = following('newer', 'edge');
  const edge = balancer('edge', 'web');
  const known = () => apply('newer', { ...edge, spec: { ...edge.spec, future: 'x' } });
  await untilAccepted(known);
  const served = await seen.until((now) => addresses(now, 'web') === '10.0.0.1');
  assert.equal(served.input.ignoredFields, 1);
  assert.deepEqual(
    served.input.snapshot?.findings.map(({ code, path }) => [code, path]),
    [['FieldsIgnored', 'spec.future']],
  );

  const [listener] = edge.spec.listeners;
  await untilAccepted(() =>
    apply('newer', { ...edge, spec: { ...edge.spec, listeners: [{ ...listener, protocol: 'SCTP' }] } }),
  );
  const refused = await seen.until(({ input }) => input.refused.length > 0);
  assert.equal(refused.input.refused[0]?.path, 'spec.listeners[0].protocol');
  assert.equal(refused.input.refused[0]?.code, 'SpecRefused');
  assert.equal(refused.input.snapshot?.revision, 'generation/1');
  await apply('newer', slice('web', '10.0.0.2'));
  await seen.until((now) => addresses(now, 'web') === '10.0.0.2');

  // Next to one that is understood, which is served, and later changes of the same resource take effect.
  const partly = (port: number) => ({
    ...edge,
    spec: {
      ...edge.spec,
      listeners: [
        { ...listener, name: 'stream', protocol: 'SCTP' },
        { ...listener, port },
      ],
    },
  });
  for (const port of [8001, 8002]) {
    await apply('newer', partly(port));
    const taken = await seen.until(({ input }) => input.snapshot?.configuration.listeners[0]?.port === port);
    assert.deepEqual(taken.input.refused, []);
    assert.deepEqual(taken.input.leftOut, { listeners: 1, backends: 0, parts: 0 });
    assert.deepEqual(
      taken.input.snapshot?.configuration.listeners.map(({ name }) => name),
      ['web'],
    );
    assert.match(messages(taken), /"SCTP" is not supported.* so listener "stream" is not served/);
  }

  // Another part keeps its previous value, and findings have the paths as written, even after a backend that
  // is not served.
  const [backend] = edge.spec.backends;
  const rest = (mode: string) => ({
    ...edge,
    spec: {
      ...edge.spec,
      backends: [
        { ...backend, name: 'new', algorithm: 'Psychic' },
        { ...backend, service: { name: 'missing', port: 80 } },
      ],
      accessLog: { mode },
    },
  });
  await apply('newer', rest('Errors'));
  await seen.until(({ input }) => input.snapshot?.configuration.accessLog.mode === 'Errors');
  await apply('newer', rest('Traced'));
  const last = await seen.until(({ input }) => input.leftOut.parts === 1);
  assert.equal(last.input.snapshot?.configuration.accessLog.mode, 'Errors');
  assert.deepEqual(last.input.snapshot?.findings.map(({ path }) => path).sort(), [
    'spec.accessLog.mode',
    'spec.backends[0].algorithm',
    'spec.backends[1].service',
  ]);
  seen.source.stop();
});

test('a stopped source reports nothing', async () => {
  await cluster.createNamespace('stopped');
  await apply('stopped', service('web'), slice('web', '10.0.0.1'), balancer('edge', 'web'));
  const seen = following('stopped', 'edge');
  const witness = following('stopped', 'edge');
  await seen.until((now) => addresses(now, 'web') === '10.0.0.1');
  seen.source.stop();
  await apply('stopped', slice('web', '10.0.0.2'));
  await witness.until((now) => addresses(now, 'web') === '10.0.0.2');
  assert.equal(addresses(seen, 'web'), '10.0.0.1');
  witness.source.stop();
});
