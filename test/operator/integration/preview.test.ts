import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { createWriter } from '../../../kube/apply.ts';
import { deployment } from '../../../operator/desired/deployment.ts';
import { NEW } from '../../../operator/desired/shape.ts';
import { appliedFields } from '../../../operator/reconcile/applied-fields.ts';
import { balancer, RENDER } from '../owner.ts';
import { BASIC, IMAGE, type OperatorProcess, startOperator } from './operator.ts';
import { letServe, podsOf } from './pods.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { type Anything, CHILDREN, startWorld, type TestWorld } from './world.ts';

const MAIN = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url));
const KINDS = {
  ...CHILDREN,
  DaemonSet: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
} as const;
type Kind = keyof typeof KINDS;
type Children = Readonly<Partial<Record<Kind, Anything>>>;

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

const get = (namespace: string, kind: Kind) => world.get(KINDS[kind], kind, namespace, 'l4b-edge');
const replicas = async (namespace: string): Promise<number> =>
  (await get(namespace, 'Deployment'))?.spec.replicas;

const childrenOf = async (namespace: string): Promise<Children> => {
  const found: Partial<Record<Kind, Anything>> = {};
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const child = await get(namespace, kind);
    if (child !== undefined && child.metadata.deletionTimestamp === undefined) found[kind] = child;
  }
  return found;
};

/** The object without field managers and what controllers change. */
const content = ({ metadata, status: _, ...rest }: Anything): unknown => {
  const {
    managedFields: _m,
    resourceVersion: _r,
    generation: _g,
    ...kept
  } = metadata as Anything['metadata'] & {
    managedFields?: unknown;
  };
  // Set by the Deployment's controller.
  const { 'deployment.kubernetes.io/revision': _d, ...annotations } = kept.annotations ?? {};
  return { ...rest, metadata: { ...kept, annotations } };
};

/** The changes between two observations, as a dry run prints them: `+ Service`. */
const done = (before: Children, after: Children): readonly string[] =>
  (Object.keys(KINDS) as Kind[])
    .flatMap((kind) => {
      const [was, is] = [before[kind], after[kind]];
      if (was === undefined) return is === undefined ? [] : [`+ ${kind}`];
      if (is === undefined) return [`- ${kind}`];
      if (was.metadata.uid !== is.metadata.uid) return [`+ ${kind}`];
      return isDeepStrictEqual(content(was), content(is)) ? [] : [`~ ${kind}`];
    })
    .sort();

interface Dry {
  /** Changes such as `+ Service`, sorted. */
  readonly would: readonly string[];
  /** The changed fields: kind, path and new value. */
  readonly fields: readonly { readonly kind: Kind; readonly path: string; readonly becomes: string }[];
  readonly text: string;
}

const dryRun = (): ReadonlyMap<string, Dry> => {
  const flags = ['--dry-run', `--kubeconfig=${login}`, `--proxy-image=${IMAGE}`];
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...flags], { encoding: 'utf8' });
  assert.equal(stderr, '');
  const parts = stdout.split(/^(?=\S+\/edge$)/m);
  return new Map(
    parts.map((text) => {
      const fields: Dry['fields'][number][] = [];
      let kind: Kind = 'Deployment';
      for (const line of text.split('\n')) {
        kind = (/^ {2}~ (\w+) /.exec(line)?.[1] as Kind | undefined) ?? kind;
        const [, path, becomes] = /^ {6}([^:]+): .* → (.*)$/.exec(line) ?? [];
        if (path !== undefined && becomes !== undefined) fields.push({ kind, path, becomes });
      }
      const would = [...text.matchAll(/^ {2}([-+~] \w+) /gm)].map(([, change = '']) => change).sort();
      return [text.slice(0, text.indexOf('/')), { would, fields, text }];
    }),
  );
};

const at = (object: unknown, path: string): unknown =>
  path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    // biome-ignore lint/suspicious/noExplicitAny: the path leads through arbitrary objects.
    .reduce<any>((part, step) => part?.[step], object);

interface State {
  readonly name: string;
  readonly before: object;
  /** What happens while the operator runs. */
  readonly meanwhile?: (namespace: string) => Promise<void>;
  /** What happens after the operator has stopped. */
  readonly stopped?: (namespace: string) => Promise<void>;
  /** The new spec; undefined if it does not change. */
  readonly next?: object;
  /** Changes that must be among them, so that the test does not compare two empty lists. */
  readonly includes: readonly string[];
}

const autoscaling = { minReplicas: 2, maxReplicas: 9 };

/** Sets the Deployment and the status as an operator before revisions left them. */
const asOlder = async (namespace: string): Promise<void> => {
  const root = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge');
  const owner = { name: 'edge', namespace, uid: root?.metadata.uid ?? '', spec: balancer().spec };
  await createWriter(world.transport, 'l4balancer-operator').apply(
    deployment(owner, { ...RENDER, proxyImage: 'registry.test/older:0.9' }, { ...NEW, revision: 'r1' }),
  );
  const patch = { status: { renderRevision: 'r1', renderedImage: 'registry.test/older:0.9' } };
  await world.kubectl(
    ...['patch', 'l4b', 'edge', '-n', namespace, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify(patch)],
  );
};

const scaleTo = (count: number) => async (namespace: string) => {
  await world.kubectl('scale', 'deployment', 'l4b-edge', '-n', namespace, `--replicas=${count}`);
  await world.eventually(
    'the number in the status',
    async () => (await world.status(namespace, 'edge'))?.autoscaledReplicas === count,
  );
};

const STATES: readonly State[] = [
  { name: 'the-same', before: {}, includes: [] },
  { name: 'pinned', before: {}, stopped: asOlder, includes: [] },
  {
    name: 'pinned-and-scaled',
    before: {},
    stopped: asOlder,
    next: { workload: { replicas: 3 } },
    includes: ['~ Deployment', '+ PodDisruptionBudget'],
  },
  {
    name: 'pinned-and-changed',
    before: {},
    stopped: asOlder,
    next: { workload: { podLabels: { team: 'edge' } } },
    includes: ['~ Deployment'],
  },
  { name: 'pod-monitor-unknown', before: {}, next: { monitoring: { podMonitor: true } }, includes: [] },
  {
    name: 'autoscaler-comes',
    before: { workload: { replicas: 5 } },
    next: { workload: { replicas: 5, autoscaling } },
    includes: ['+ HorizontalPodAutoscaler'],
  },
  {
    name: 'autoscaler-wakes',
    before: { workload: { replicas: 0 } },
    // One pod is enough for the autoscaler, which checks four times a minute and would add others.
    next: { workload: { replicas: 0, autoscaling: { ...autoscaling, minReplicas: 1 } } },
    includes: ['+ HorizontalPodAutoscaler', '~ Deployment'],
  },
  {
    name: 'autoscaler-goes',
    before: { workload: { replicas: 2, autoscaling } },
    meanwhile: scaleTo(7),
    next: {},
    includes: ['- HorizontalPodAutoscaler'],
  },
  {
    name: 'fields-go',
    before: {
      service: { annotations: { 'example.com/a': 'b' }, externalTrafficPolicy: 'Local' },
      workload: { podAnnotations: { 'example.com/a': 'b' }, nodeSelector: { team: 'edge' }, replicas: 2 },
    },
    next: { listeners: [{ name: 'other', port: 8081, backend: 'web' }] },
    includes: ['~ Service', '~ Deployment', '- PodDisruptionBudget'],
  },
  {
    name: 'other-kind',
    before: {},
    meanwhile: async (namespace) => {
      await letServe(world.transport, namespace);
      await world.reason(namespace, 'edge', 'Available');
    },
    next: { workload: { kind: 'DaemonSet' } },
    includes: ['+ DaemonSet'],
  },
  {
    name: 'by-hand',
    before: {},
    stopped: async (namespace) => {
      await world.kubectl('scale', 'deployment', 'l4b-edge', '-n', namespace, '--replicas=4');
      await world.kubectl('delete', 'service', 'l4b-edge', '-n', namespace);
    },
    includes: ['+ Service', '~ Deployment'],
  },
  { name: 'paused', before: {}, next: { paused: true, workload: { replicas: 3 } }, includes: [] },
];

test('a dry run prints exactly what an operator that starts afterwards does, in any state', async (t) => {
  for (const { name, before: spec } of STATES) {
    await world.cp.createNamespace(name);
    await world.apply(name, 'edge', spec);
  }
  for (const { name, before: spec, meanwhile } of STATES) {
    const { replicas: count = 1 } = (spec as { workload?: { replicas?: number } }).workload ?? {};
    await world.eventually(`the Deployment in ${name}`, async () => (await replicas(name)) !== undefined);
    await world.eventually(
      `pods in ${name}`,
      async () => count === 0 || (await podsOf(world.transport, name)).length > 0,
    );
    await world.reason(name, 'edge', count === 0 ? 'ScaledToZero' : 'Progressing');
    await meanwhile?.(name);
  }
  await operator.stop();
  for (const { name, stopped, next } of STATES) {
    await stopped?.(name);
    if (next !== undefined) await world.apply(name, 'edge', next);
  }

  const before = new Map<string, Children>();
  for (const { name } of STATES) before.set(name, await childrenOf(name));
  const since = world.auditSize();
  const dry = dryRun();
  assert.deepEqual(world.writes(OPERATOR, since), []);

  operator = startOperator(login);
  await operator.line('caches synced');
  const isWorkload = /\/(deployments|daemonsets)\/l4b-edge$/;
  for (const { name } of STATES.filter(({ name: one }) => one !== 'paused'))
    await world.eventually(`${name} to be reconciled`, async () =>
      world
        .writes(OPERATOR, since)
        .some(({ verb, what }) => verb === 'patch' && what.includes(`/${name}/`) && isWorkload.test(what)),
    );
  await world.eventually('nothing more to do', async () => {
    const left = dryRun();
    return STATES.every(({ name }) => left.get(name)?.would.length === 0);
  });

  for (const { name, includes } of STATES)
    await t.test(name, async () => {
      const report = dry.get(name) ?? assert.fail(`the dry run has nothing on ${name}`);
      const after = await childrenOf(name);
      assert.deepEqual(report.would, done(before.get(name) ?? {}, after), report.text);
      for (const one of includes) assert.ok(report.would.includes(one), `${one}: ${report.text}`);
      for (const { kind, path, becomes } of report.fields) {
        if (becomes === 'nothing') continue;
        const expected: unknown = JSON.parse(becomes);
        // The API server adds defaults.
        assert.deepEqual(appliedFields(at(after[kind], path), expected), expected, `${kind} ${path}`);
      }
    });
});

test('a dry run prints the probe pods first, and not the workload that waits for them', async () => {
  await operator.stop();
  const namespace = 'preflight';
  await world.cp.createNamespace(namespace);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };
  await world.cp.run(['create', '-f', '-'], JSON.stringify(node));
  const workload = { tolerations: [{ operator: 'Exists' }] };
  await world.apply(namespace, 'edge', { tuning: { profile: 'Tuned' }, workload });
  const { would = [], text = '' } = dryRun().get(namespace) ?? {};
  assert.ok(would.includes('+ Pod') && !would.includes('+ Deployment'), text);
  operator = startOperator(login, [], [...BASIC, '--leader-elect=false']);
  await world.reason(namespace, 'edge', 'Preflight');
  const pods = await podsOf(world.transport, namespace);
  assert.equal(pods.length, would.filter((one) => one === '+ Pod').length);
  assert.equal(await get(namespace, 'Deployment'), undefined);
});
