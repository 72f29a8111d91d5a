import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { createWriter } from '../../../kube/apply.ts';
import { ApiError } from '../../../kube/errors.ts';
import { ROLLOUT_STOPPED } from '../../../operator/objects/workload.ts';
import { until } from '../../../tooling/wait/until.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { bind, letServe, podsOf, refuse, serving, writePodStatus } from './pods.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

const TUNED = { tuning: { profile: 'Tuned' } };
/** Nodes without a kubelet are tainted. */
const ANYWHERE = [{ operator: 'Exists' }];

const POOL = { 'example.com/pool': 'tried' };
const newNode = async (name: string, more: object = {}): Promise<void> => {
  const manifest = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { ...POOL, ...more } } };
  await world.cp.run(['create', '-f', '-'], JSON.stringify(manifest));
};

const deploymentOf = (namespace: string) => world.get('apps/v1', 'Deployment', namespace, 'l4b-edge');
const isWaiting = ({ spec, status }: Anything): boolean =>
  spec.nodeName === undefined && status.phase === 'Pending';
const isProbe = ({ metadata }: Anything): boolean =>
  metadata.labels?.['app.kubernetes.io/component'] === 'preflight';

/**
 * Limit for pods that the controllers create after the third refusal, until the rollout is stopped. Refusing
 * takes no time here, so on a busy machine it is several; a storm that nothing stops creates hundreds.
 */
const ON_THEIR_WAY = 20;

/** Waits for a pod that has not been bound yet. */
const nextPod = async (
  namespace: string,
  wanted: (pod: Anything) => boolean = () => true,
): Promise<Anything> => {
  let found: Anything | undefined;
  await world.eventually('a new pod', async () => {
    found = (await podsOf(world.transport, namespace)).find((pod) => isWaiting(pod) && wanted(pod));
    return found !== undefined;
  });
  return found ?? assert.fail();
};

/**
 * Returns false if the ReplicaSet has deleted the pod since it was listed, or is deleting it; rethrows other
 * errors.
 */
const goneMeanwhile = (error: unknown): false => {
  if (error instanceof ApiError && (error.code === 'NotFound' || error.code === 'Conflict')) return false;
  throw error;
};

/**
 * Runs the command in the message, as a user does once the kubelet allows the sysctls. The message has it
 * once the status reports the stop, which is later than the stop itself.
 */
const runCommandInStatus = async (namespace: string): Promise<void> => {
  let message = '';
  const command = await until(
    'the command in the status',
    async () => {
      message = await world.reason(namespace, 'edge', 'SysctlForbidden');
      return /Once the kubelet allows them, run: kubectl (.* -n [\w-]+)\./.exec(message)?.[1];
    },
    { seen: () => message },
  );
  await world.kubectl(...command.split(' '));
};

const stopOf = (deployment: Anything | undefined): unknown =>
  deployment?.metadata.annotations?.[ROLLOUT_STOPPED];
const isStopped = async (namespace: string): Promise<boolean> =>
  stopOf(await deploymentOf(namespace)) !== undefined;

/**
 * Waits until the operator has acted on all earlier events: it processes a change of the spec that does not
 * affect the pods.
 */
const reconciled = async (namespace: string, nth: number): Promise<void> => {
  const annotations = { 'example.com/look': String(nth) };
  await world.apply(namespace, 'edge', { ...TUNED, service: { annotations } });
  await world.eventually('a reconcile', async () => {
    const service = await world.get('v1', 'Service', namespace, 'l4b-edge');
    return service?.metadata.annotations?.['example.com/look'] === String(nth);
  });
};

/** Refuses pods as they are created until the rollout is stopped; returns their number. */
const refuseAll = async (namespace: string, node: string): Promise<number> => {
  let count = 0;
  await world.eventually('a stop', async () => {
    for (const pod of (await podsOf(world.transport, namespace)).filter(isWaiting)) {
      const isThere = await refuse(world.transport, pod, node).then(() => true, goneMeanwhile);
      if (isThere) count++;
    }
    return isStopped(namespace);
  });
  return count;
};
const refusedPods = async (namespace: string) =>
  (await podsOf(world.transport, namespace)).filter(({ status }) => status.reason === 'SysctlForbidden');

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

describe('a rollout whose pods a kubelet refuses', () => {
  test('is stopped at the third pod, cleaned up and not retried, not even by an operator that has just started', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', TUNED);
    // One after the other, so that it is the third one that stops the rollout.
    for (const nth of [1, 2, 3]) {
      const waiting = await nextPod(namespace);
      assert.equal(await isStopped(namespace), false, `stopped after ${nth - 1}`);
      await refuse(world.transport, waiting, 'strict-1');
      await reconciled(namespace, nth);
    }
    await world.eventually('a stop after three', () => isStopped(namespace));
    const message = await world.reason(
      namespace,
      'edge',
      'SysctlForbidden',
      /^Node strict-1 refuses net\.core\.somaxconn, which tuning\.profile Tuned requests/,
    );
    assert.match(message, /allowedUnsafeSysctls: \[net\.core\.somaxconn, net\.ipv4\.tcp_tw_reuse\]/);
    await world.eventually('no refused pod', async () => (await refusedPods(namespace)).length === 0);
    assert.equal((await deploymentOf(namespace))?.spec.replicas, 0);
    const status = await world.status(namespace, 'edge');
    assert.equal(status?.conditions?.find(({ type }) => type === 'Stalled')?.status, 'True');

    assert.equal(await operator.stop(), 0);
    const before = await deploymentOf(namespace);
    operator = startOperator(login);
    await operator.line('caches synced');
    const since = world.auditSize();
    // Another listener is no reason to retry either, but shows that the resource has been reconciled.
    const listeners = [{ name: 'web', port: 8081, backend: 'web' }];
    await world.apply(namespace, 'edge', { ...TUNED, listeners });
    const root = await world.get(API_VERSION, KIND, namespace, 'edge');
    await world.settled(namespace, 'edge', root?.metadata.generation ?? 0);
    await world.reason(namespace, 'edge', 'SysctlForbidden');
    // The resourceVersion alone is no proof, because the controllers still write the status.
    const after = await deploymentOf(namespace);
    assert.deepEqual(after?.spec, before?.spec);
    assert.equal(stopOf(after), stopOf(before));
    assert.notEqual(stopOf(before), undefined);
    assert.deepEqual(await podsOf(world.transport, namespace), []);
    const pods = world.writes(OPERATOR, since).filter(({ what }) => what.includes('/pods'));
    assert.deepEqual(pods, []);

    await world.apply(namespace, 'edge', { ...TUNED, workload: { nodeSelector: { other: 'nodes' } } });
    const again = await nextPod(namespace);
    assert.deepEqual(again.spec.nodeSelector, { other: 'nodes' });
    assert.equal(await isStopped(namespace), false);
    await letServe(world.transport, namespace);
    await world.reason(namespace, 'edge', 'Available');
  });

  test('is retried once the kubelet allows the sysctls and the user runs the command in the message', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', TUNED);
    await refuseAll(namespace, 'strict-1');
    // Not even one that its ReplicaSet is deleting: it would look like the first one of the next attempt.
    await world.eventually('no pod', async () => (await podsOf(world.transport, namespace)).length === 0);
    await runCommandInStatus(namespace);
    await nextPod(namespace);
    await letServe(world.transport, namespace);
    await world.reason(namespace, 'edge', 'Available');
    const deployment = await deploymentOf(namespace);
    assert.equal(stopOf(deployment), undefined);
    assert.ok(deployment?.spec.replicas > 0);
  });

  test('is rolled back to the previous revision without losing a pod, and proceeds with another sysctlMethod', async () => {
    const namespace = await world.newNamespace();
    const workload = { replicas: 2 };
    await world.apply(namespace, 'edge', { workload });
    await world.eventually('two pods', async () => (await podsOf(world.transport, namespace)).length === 2);
    for (const pod of await podsOf(world.transport, namespace)) await bind(world.transport, pod, 'good-1');
    await letServe(world.transport, namespace);
    await world.reason(namespace, 'edge', 'Available');
    const names = async () =>
      (await podsOf(world.transport, namespace))
        .filter(({ status }) => status.phase === 'Running')
        .map(({ metadata }) => metadata.name)
        .sort();
    const serving = await names();

    await world.apply(namespace, 'edge', { ...TUNED, workload });
    const count = await refuseAll(namespace, 'strict-1');
    assert.ok(count >= 3 && count <= 3 + ON_THEIR_WAY, `${count} pods were refused`);
    await world.eventually('the stop in the status', async () => {
      const message = await world.reason(namespace, 'edge', 'SysctlForbidden');
      return /\d+ pods were refused; no more are created .* The 2 serving replicas are kept\./.test(message);
    });
    await world.eventually(
      'only the serving pods',
      async () => (await podsOf(world.transport, namespace)).length === 2,
    );
    assert.deepEqual(await names(), serving);
    const deployment = await deploymentOf(namespace);
    assert.ok(!JSON.stringify(deployment?.spec.template).includes('somaxconn'));
    assert.equal(deployment?.spec.replicas, 2);

    // The kubelet still refuses: it is retried and stopped again.
    await runCommandInStatus(namespace);
    assert.ok((await nextPod(namespace)).spec.securityContext.sysctls.length > 0);
    await refuseAll(namespace, 'strict-1');
    await world.eventually(
      'only the serving pods again',
      async () => (await podsOf(world.transport, namespace)).length === 2,
    );
    assert.deepEqual(await names(), serving);

    await world.apply(namespace, 'edge', {
      tuning: { profile: 'Tuned', sysctlMethod: 'InitContainer' },
      workload,
    });
    const next = await nextPod(namespace);
    assert.deepEqual(next.spec.initContainers[0].args, [
      '--set-sysctls',
      'net.core.somaxconn=65535',
      'net.ipv4.tcp_tw_reuse=1',
    ]);
    assert.equal(await isStopped(namespace), false);
    const events = await world.kubectl('get', 'events', '-n', namespace, '-o', 'yaml');
    assert.match(events, /Deployment updated/);
    assert.doesNotMatch(events, /reason: (Repaired|Contested)/, 'both changes are the operator’s own');
  });
});

test('refused pods of a DaemonSet are left to its controller, which replaces them with backoff', async () => {
  const KUBELETS = { kubelet: 'alike-but-one' };
  const namespace = await world.newNamespace();
  await newNode('alike-1', KUBELETS);
  await newNode('alike-2', KUBELETS);
  // The DaemonSet controller places no pods on a node whose capacity for pods is unknown.
  for (const name of ['alike-1', 'alike-2'])
    await createWriter(world.transport, 'kubelet').applyStatus({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: { allocatable: { cpu: '8', memory: '16Gi', pods: '100' } },
    });
  const since = world.auditSize();
  await world.apply(namespace, 'edge', {
    ...TUNED,
    workload: { kind: 'DaemonSet', nodeSelector: KUBELETS, tolerations: ANYWHERE },
  });
  await writePodStatus(world.transport, await nextPod(namespace, isProbe), { phase: 'Succeeded' });
  const isOn =
    (node: string) =>
    ({ spec }: Anything): boolean =>
      JSON.stringify(spec.affinity).includes(`"${node}"`);
  const good = await nextPod(namespace, (pod) => !isProbe(pod) && isOn('alike-1')(pod));
  await bind(world.transport, good, 'alike-1');
  await writePodStatus(world.transport, good, serving(true));
  for (let times = 0; times < 3; times++) {
    const pod = await nextPod(namespace, isOn('alike-2'));
    await refuse(world.transport, pod, 'alike-2');
  }
  await world.reason(namespace, 'edge', 'SysctlForbidden');
  // A change of the spec shows that the operator has reconciled after the pod was refused.
  await world.apply(namespace, 'edge', {
    ...TUNED,
    workload: { kind: 'DaemonSet', nodeSelector: KUBELETS, tolerations: ANYWHERE },
    listeners: [{ name: 'web', port: 8081, backend: 'web' }],
  });
  await world.eventually(
    'the new listener',
    async () => (await world.status(namespace, 'edge'))?.observedGeneration === 2,
  );
  await world.reason(namespace, 'edge', 'SysctlForbidden', /^Node alike-2 refuses/);
  const removed = world
    .writes(OPERATOR, since)
    .filter(({ verb, what }) => verb === 'delete' && what.includes(`/${namespace}/pods/`))
    .filter(({ what }) => !what.includes('-preflight-'));
  assert.deepEqual(removed, []);
});

describe('before a rollout uses unsafe sysctls', () => {
  const spec = { ...TUNED, workload: { nodeSelector: POOL, tolerations: ANYWHERE } };
  test('a probe pod runs on one node of each pool; a single refusal keeps the rollout from starting until the node changes', async () => {
    const namespace = await world.newNamespace();
    await newNode('tried-1', { kubelet: 'strict' });
    await newNode('tried-2', { kubelet: 'allows' });
    await newNode('tried-3', { kubelet: 'allows' });
    await world.apply(namespace, 'edge', spec);
    await world.eventually('two probes', async () => (await podsOf(world.transport, namespace)).length === 2);
    const probes = await podsOf(world.transport, namespace);
    const probeOn = (node: string) =>
      probes.find((pod) => isProbe(pod) && JSON.stringify(pod.spec.affinity).includes(`"${node}"`)) ??
      assert.fail(`no probe for ${node}`);
    assert.notEqual(probeOn('tried-1').metadata.name, probeOn('tried-2').metadata.name);
    assert.equal(await deploymentOf(namespace), undefined);
    await world.reason(namespace, 'edge', 'Preflight');

    await writePodStatus(world.transport, probeOn('tried-2'), { phase: 'Running' });
    await refuse(world.transport, probeOn('tried-1'), 'tried-1');
    await world.reason(
      namespace,
      'edge',
      'SysctlForbidden',
      /^Node tried-1 refuses net\.core\.somaxconn.*A probe pod was refused/,
    );
    assert.equal(await deploymentOf(namespace), undefined);
    // The accepted one has been deleted; the other one is kept as evidence.
    await world.eventually('one probe', async () => (await podsOf(world.transport, namespace)).length === 1);

    await world.kubectl('label', 'node', 'tried-1', 'kubelet=changed', '--overwrite');
    const again = await nextPod(namespace, isProbe);
    assert.match(JSON.stringify(again.spec.affinity), /tried-1/);
    await writePodStatus(world.transport, again, { phase: 'Succeeded' });
    const proxy = await nextPod(namespace, (pod) => !isProbe(pod));
    assert.equal(proxy.spec.securityContext.sysctls.length, 6);
    await world.eventually('no probe', async () => !(await podsOf(world.transport, namespace)).some(isProbe));

    // A known verdict is reused, also for another resource.
    await world.apply(namespace, 'other', spec);
    await world.eventually(
      'the other Deployment',
      async () => (await world.get('apps/v1', 'Deployment', namespace, 'l4b-other')) !== undefined,
    );
    assert.ok(!(await podsOf(world.transport, namespace)).some(isProbe));
  });

  test('a probe pod that a user deletes is created again', async () => {
    const namespace = await world.newNamespace();
    await newNode('deleted-1', { kubelet: 'of-a-third-kind' });
    const own = {
      ...TUNED,
      workload: { nodeSelector: { kubelet: 'of-a-third-kind' }, tolerations: ANYWHERE },
    };
    await world.apply(namespace, 'edge', own);
    const probe = await nextPod(namespace, isProbe);
    await refuse(world.transport, probe, 'deleted-1');
    const message = await world.reason(namespace, 'edge', 'SysctlForbidden');
    assert.ok(message.includes(probe.metadata.name), message);
    await runCommandInStatus(namespace);
    const again = await nextPod(namespace, isProbe);
    assert.notEqual(again.metadata.uid, probe.metadata.uid);
  });

  test('if a namespace refuses the probe pod, the preflight is given up and the refusal of the proxy pods is reported', async () => {
    const namespace = await world.newNamespace();
    await world.kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    await newNode('refusing-1', { kubelet: 'of-a-fourth-kind' });
    await world.apply(namespace, 'edge', {
      ...TUNED,
      workload: { nodeSelector: { kubelet: 'of-a-fourth-kind' }, tolerations: ANYWHERE },
    });
    await world.reason(namespace, 'edge', 'PodSecurityViolation');
    let described = '';
    await world.eventually('the event', async () => {
      described = await world.kubectl('describe', 'l4b', 'edge', '-n', namespace);
      return described.includes('PreflightGivenUp');
    });
    assert.match(
      described,
      /Warning +PreflightGivenUp .* on node refusing-1, because the API server refuses it: .*PodSecurity/,
    );
  });
});
