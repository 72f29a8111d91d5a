import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { OPERATOR_NAMESPACE } from '../scripts/run/install-operator.ts';
import { until } from '../tooling/wait/until.ts';
import { type RunningLoad, startLoad, summarise } from './support/load.ts';
import { balancer, SMALL } from './support/objects.ts';
import { OPERATOR_NAME } from './support/operator.ts';
import { within } from './support/within.ts';
import { type Seen, World } from './support/world.ts';

let world: World;
let address: string;
let operatorImage: string;

/** A healthy balancer with continuous traffic. */
const NEIGHBOUR = 'neighbour';
let load: RunningLoad;
let initialState: { readonly pods: readonly string[]; readonly since: string | undefined };

const workload = (more: object = {}): Readonly<Record<string, unknown>> => ({
  workload: { replicas: 1, terminationGracePeriod: '5s', resources: SMALL, ...more },
});

before(async () => {
  world = await World.open('trouble');
  address = await world.serving(NEIGHBOUR, 2, workload());
  initialState = await currentState(NEIGHBOUR);
  load = await startLoad(world.cluster, address, 8080, { clients: 2, seconds: 840, pauseMs: 20 });
  const operator = ['get', 'deployment', OPERATOR_NAME, '-n', OPERATOR_NAMESPACE];
  const image = '-o=jsonpath={.spec.template.spec.containers[0].image}';
  operatorImage = (await world.cluster.kubectl([...operator, image])).stdout.trim();
});

after(async () => {
  await load?.stop();
  await world?.close();
});

const uids = (pods: readonly Seen[]): readonly string[] => pods.map(({ metadata }) => metadata.uid).sort();

/** The balancer's pods, and since when it has been Ready. */
const currentState = async (name: string) => {
  const seen = await world.ready(name);
  const since = seen.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return { pods: uids(await world.proxyPods(name)), since };
};

/** Waits for an event about the resource with this reason and text; returns its type. */
const event = (name: string, reason: string, says: RegExp): Promise<string> =>
  until(
    `an event reports ${reason}`,
    async () => {
      const of = `involvedObject.kind=L4Balancer,involvedObject.name=${name},reason=${reason}`;
      const text = await world.kubectl(['get', 'events', '--field-selector', of, '-o', 'json']);
      const { items } = JSON.parse(text) as { items: { type: string; message: string }[] };
      return items.find(({ message }) => says.test(message))?.type;
    },
    within(20),
  );

/** Matches one of the cluster's nodes. */
const onNode = (): string => `node (?:${world.cluster.nodes.map(({ name }) => name).join('|')})`;

/** A mistake in a spec, and the reason that the kubelet's or the scheduler's response leads to. */
const TROUBLES: readonly {
  readonly name: string;
  readonly when: string;
  readonly spec: () => Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly says: () => RegExp;
}[] = [
  {
    name: 'no-image',
    when: 'no registry has the image',
    spec: () => workload({ image: 'localhost:1/l4balancer-proxy:not-there' }),
    reason: 'ImagePullFailed',
    says: () =>
      new RegExp(
        `^${onNode()} cannot pull the image localhost:1/l4balancer-proxy:not-there: .*Correct workload\\.image`,
        'i',
      ),
  },
  {
    name: 'wrong-image',
    when: 'the image is the operator’s, whose program exits without its flags',
    spec: () => workload({ image: operatorImage }),
    reason: 'CrashLoop',
    says: () =>
      new RegExp(
        `^The proxy on ${onNode()} exited with code 2: --proxy-image .* not set; .* If workload\\.image is not a proxy's image, correct it\\.`,
      ),
  },
  {
    name: 'no-memory',
    when: 'the memory limit is too low for so many acceptors',
    spec: () => ({
      ...workload({
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '16', memory: '64Mi' } },
      }),
      tuning: { acceptors: 16 },
    }),
    reason: 'CrashLoop',
    says: () =>
      new RegExp(
        `^The proxy on ${onNode()} was killed because it exceeded its memory limit of 64Mi: raise workload\\.resources\\.limits\\.memory`,
      ),
  },
  {
    name: 'no-room',
    when: 'no node has the requested CPUs',
    spec: () =>
      workload({
        resources: { requests: { cpu: '500', memory: '128Mi' }, limits: { cpu: '500', memory: '512Mi' } },
      }),
    reason: 'Unschedulable',
    says: () =>
      /^A pod cannot be scheduled: 0\/\d nodes are available: .*Insufficient cpu.* Request less in workload\.resources/,
  },
];

for (const { name, when, spec, reason, says } of TROUBLES)
  test(`the reason is ${reason} if ${when}, and a corrected spec recovers`, async () => {
    await world.apply(balancer(name, `${NEIGHBOUR}-echo`, spec()));
    // Not Stalled: it is retried until the Deployment's deadline.
    const { Ready, Reconciling, Stalled } = await world.reason(name, reason, says());
    assert.deepEqual(
      [Ready, Reconciling, Stalled].map((one) => one?.status),
      ['False', 'True', 'False'],
    );
    assert.match(await world.kubectl(['get', 'l4b', name]), new RegExp(`False +${reason} +0/1`));
    assert.equal(await event(name, reason, says()), 'Warning');
    await world.apply(balancer(name, `${NEIGHBOUR}-echo`, workload()));
    assert.equal((await world.ready(name)).status?.readyReplicas, 1);
    await world.kubectl(['delete', 'l4balancer', name]);
  });

test('pods that serve continue to serve while a rollout fails with ImagePullFailed, until the spec is corrected', async () => {
  const served = await world.serving('rollout', 1, workload());
  const { pods } = await currentState('rollout');
  const clients = await startLoad(world.cluster, served, 8080, { seconds: 240, pauseMs: 20 });
  await world.apply(
    balancer('rollout', 'rollout-echo', workload({ image: 'localhost:1/l4balancer-proxy:not-there' })),
  );
  await world.reason('rollout', 'ImagePullFailed', /Replicas of the previous revision keep serving\.$/);
  await world.apply(balancer('rollout', 'rollout-echo', workload()));
  await world.ready('rollout');
  const { failures } = summarise(await clients.stop());
  assert.deepEqual(failures, {});
  await until(
    'the pod without an image is gone',
    async () => (isDeepStrictEqual(uids(await world.proxyPods('rollout')), pods) ? true : undefined),
    within(30),
  );
  await world.kubectl(['delete', 'l4balancer', 'rollout']);
});

test('the reason is ServiceNotFound until the Service exists, then the resource becomes Ready', async () => {
  await world.apply(balancer('lonely', 'lonely-echo', workload()));
  const says = /^Listener http: Backend "echo", Service "lonely-echo": The Service does not exist: create it/;
  const { Ready, Reconciling, Stalled } = await world.reason('lonely', 'ServiceNotFound', says);
  assert.deepEqual(
    [Ready, Reconciling, Stalled].map((one) => one?.status),
    ['False', 'True', 'False'],
  );
  assert.equal(await event('lonely', 'ServiceNotFound', says), 'Warning');
  await world.echo('lonely-echo', 1);
  await world.ready('lonely');
  // The proxies of a healthy resource are asked within a minute.
  await world.kubectl(['scale', 'deployment/lonely-echo', '--replicas=0']);
  await world.reason('lonely', 'NoEndpoints', /^Listener http: /);
  await world.kubectl(['delete', 'l4balancer', 'lonely']);
});

test('pods with a new token take over when a ServiceAccount is replaced, and no client notices', async () => {
  const served = await world.serving('account', 2, workload({ replicas: 2 }));
  const { pods } = await currentState('account');
  const clients = await startLoad(world.cluster, served, 8080, { seconds: 240, pauseMs: 20 });
  await world.kubectl(['delete', 'serviceaccount', 'l4b-account']);
  await until(
    'every pod is replaced',
    async () => {
      const now = uids(await world.proxyPods('account'));
      return now.length === 2 && now.every((uid) => !pods.includes(uid)) ? true : undefined;
    },
    within(120),
  );
  await world.ready('account');
  const { failures } = summarise(await clients.stop());
  assert.deepEqual(failures, {});
  // The new pods follow the endpoints: once all are gone, they report it.
  await world.kubectl(['scale', 'deployment/account-echo', '--replicas=0']);
  await world.reason('account', 'NoEndpoints');
  await world.kubectl(['delete', 'l4balancer', 'account']);
});

test('none of this disturbed the neighbouring balancer', async (t) => {
  const { total, failures } = summarise(await load.stop());
  t.diagnostic(`${total} requests`);
  assert.deepEqual(failures, {});
  assert.deepEqual(await currentState(NEIGHBOUR), initialState);
});
