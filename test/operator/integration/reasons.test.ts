import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONTAINER } from '../../../operator/desired/pod/container.ts';
import { SYSCTL_WRITER } from '../../../operator/desired/pod/sysctl-writer.ts';
import { REASONS, type Reason } from '../../../report/reasons/reasons.ts';
import { kstatus, type Waited } from '../kstatus.ts';
import { IMAGE, type OperatorProcess, startOperator } from './operator.ts';
import { bind, letServe, podsOf, serving, writePodStatus } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;

const L4B = ['l4balancer.dev/v1alpha1', 'L4Balancer'] as const;
const NODE = 'node-7';
const WAITED = {
  Ready: 'Current',
  Reconciling: 'InProgress',
  Stalled: 'Failed',
  FollowsPods: undefined,
} as const;

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

/**
 * Waits for the reason, and for a message that matches, and returns it. Checks that kstatus then reads the
 * condition of the catalogue, or `as`.
 */
const messageFor = async (
  namespace: string,
  reason: Reason,
  { as, matching }: { readonly as?: Waited; readonly matching?: RegExp } = {},
): Promise<string> => {
  const message = await world.reason(namespace, 'edge', reason, matching);
  const seen = (await world.get(...L4B, namespace, 'edge')) ?? assert.fail('the resource is gone');
  assert.equal(kstatus(seen), as ?? WAITED[REASONS[reason].condition], message);
  return message;
};

/** A resource with its one pod bound to a node. */
const withPod = async (spec: object = {}): Promise<{ namespace: string; pod: Anything }> => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', spec);
  let pod: Anything | undefined;
  await world.eventually('a pod', async () => {
    [pod] = await podsOf(world.transport, namespace);
    return pod !== undefined;
  });
  assert.ok(pod);
  await bind(world.transport, pod, NODE);
  return { namespace, pod };
};

/** The status, as written by a kubelet, of a pod whose container is in this state. */
const container = (state: object, more: object = {}, name = CONTAINER): object => ({
  phase: 'Pending',
  [name === CONTAINER ? 'containerStatuses' : 'initContainerStatuses']: [
    { name, image: IMAGE, imageID: '', ready: false, restartCount: 0, state, ...more },
  ],
});
const ended = (exitCode: number, reason: string, message: string) => ({
  terminated: { exitCode, reason, message },
});

/** What a kubelet or the scheduler writes into a pod, and the resulting status. */
const OF_PODS: readonly {
  readonly when: string;
  readonly spec?: object;
  readonly writes: object;
  readonly reason: Reason;
  readonly message: RegExp;
}[] = [
  {
    when: 'a node cannot pull the image',
    writes: container({ waiting: { reason: 'ErrImagePull', message: 'no such host' } }),
    reason: 'ImagePullFailed',
    message: /^Node node-7 cannot pull the image .*no such host.*Correct workload\.image/,
  },
  {
    when: 'the proxy keeps exiting soon after its start',
    writes: container(
      { waiting: { reason: 'CrashLoopBackOff' } },
      { restartCount: 3, lastState: ended(1, 'Error', 'Cannot read the configuration: it is empty') },
    ),
    reason: 'CrashLoop',
    message: /^The proxy on node node-7 exited with code 1: Cannot read the configuration/,
  },
  {
    when: 'the runtime cannot start the container',
    writes: container(
      { waiting: { reason: 'CrashLoopBackOff' } },
      { lastState: ended(128, 'StartError', 'unable to apply caps: operation not permitted') },
    ),
    reason: 'ContainerStartFailed',
    message: /^Node node-7 cannot start the proxy: unable to apply caps.*tuning\.capabilities/,
  },
  {
    when: 'the init container cannot write a sysctl',
    spec: { tuning: { profile: 'Tuned', sysctlMethod: 'InitContainer' } },
    writes: container(
      ended(1, 'Error', 'Cannot set net.core.somaxconn: permission denied'),
      {},
      SYSCTL_WRITER,
    ),
    reason: 'SysctlNotSet',
    message: /^Node node-7 runs no proxy because the init container failed: Cannot set net\.core\.somaxconn/,
  },
  {
    when: 'no node can run the pod',
    writes: {
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available: 3 Insufficient cpu.',
        },
      ],
    },
    reason: 'Unschedulable',
    message: /^A pod cannot be scheduled: 0\/3 nodes are available: 3 Insufficient cpu\./,
  },
  {
    when: 'a node evicts the pod',
    writes: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    reason: 'PodFailed',
    message: /^Node node-7 terminated .*Evicted: The node was low on resource: memory/,
  },
];

describe('the status reports problems of pods', () => {
  for (const { when, spec, writes, reason, message } of OF_PODS)
    test(`${reason}: ${when}; it recovers when the pods serve`, async () => {
      const { namespace, pod } = await withPod(spec);
      await writePodStatus(world.transport, pod, writes);
      await messageFor(namespace, reason, { matching: message });
      await world.kubectl('delete', 'pods', '--all', '-n', namespace, '--force', '--grace-period=0');
      await world.eventually('others', async () => {
        const pods = await podsOf(world.transport, namespace);
        return pods.length === 1 && pods[0]?.metadata.uid !== pod.metadata.uid;
      });
      await letServe(world.transport, namespace);
      await messageFor(namespace, 'Available');
    });

  test('NotReady: a replica that served no longer does', async () => {
    const { namespace, pod } = await withPod();
    await letServe(world.transport, namespace);
    await messageFor(namespace, 'Available');
    await writePodStatus(world.transport, pod, serving(false));
    await messageFor(namespace, 'NotReady', {
      matching: /^0 of 1 replica ready\. Not ready on node node-7\./,
    });
  });

  test('Progressing: the number of replicas changes, also from zero', async () => {
    const namespace = await world.newNamespace();
    for (const [before, replicas] of [
      [0, 2],
      [2, 4],
      [4, 0],
      [0, 1],
    ] as const) {
      await world.apply(namespace, 'edge', { workload: { replicas } });
      if (replicas > before) {
        const message = `${before} of ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} ready.`;
        let reason: string | undefined;
        await world.eventually(message, async () => {
          const { conditions = [] } = (await world.status(namespace, 'edge')) ?? {};
          const ready = conditions.find(({ type }) => type === 'Ready');
          reason = ready?.reason;
          return ready?.message === message;
        });
        assert.equal(reason, 'Progressing', message);
        await letServe(world.transport, namespace);
      }
      await messageFor(namespace, replicas === 0 ? 'ScaledToZero' : 'Available');
    }
  });

  test('PodsRefused: a LimitRange does not allow the pods', async () => {
    const namespace = await world.newNamespace();
    const limits = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'tiny', namespace },
      spec: { limits: [{ type: 'Container', max: { cpu: '10m' } }] },
    };
    await world.cp.run(['create', '-f', '-'], JSON.stringify(limits));
    await world.apply(namespace, 'edge');
    await messageFor(namespace, 'PodsRefused', {
      matching: /^The API server refuses the pods: .*maximum cpu/,
    });
  });

  test('DeadlineExceeded: the progress deadline has passed and the cause is unknown', async () => {
    const { namespace } = await withPod();
    await messageFor(namespace, 'Progressing');
    // The clock of the controller cannot be advanced, but its record of the last progress can be moved back.
    // If the controller writes in between, try again.
    const long = '2020-01-01T00:00:00Z';
    await world.eventually('the deadline to pass', async () => {
      const { status } = (await world.get('apps/v1', 'Deployment', namespace, 'l4b-edge')) ?? {};
      const at = status?.conditions?.findIndex(({ type }: { type: string }) => type === 'Progressing') ?? -1;
      if (status?.conditions?.[at]?.reason === 'ProgressDeadlineExceeded') return true;
      const path = `/status/conditions/${at}/lastUpdateTime`;
      const patch = JSON.stringify([{ op: 'replace', path, value: long }]);
      const args = ['patch', 'deployment', 'l4b-edge', '-n', namespace, '--subresource=status'];
      if (at >= 0) await world.kubectl(...args, '--type=json', '-p', patch);
      return false;
    });
    await messageFor(namespace, 'DeadlineExceeded', { matching: /no progress before its deadline/ });
  });
});

test('ScaledToZero: no replicas are requested, which counts as Ready; scaling up recovers', async () => {
  const { namespace } = await withPod();
  await letServe(world.transport, namespace);
  await messageFor(namespace, 'Available');
  await world.kubectl('scale', '-n', namespace, 'l4b/edge', '--replicas=0');
  assert.equal(await messageFor(namespace, 'ScaledToZero'), 'Scaled to zero replicas: nothing is served.');
  await world.kubectl('scale', '-n', namespace, 'l4b/edge', '--replicas=1');
  await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length === 1);
  await letServe(world.transport, namespace);
  await messageFor(namespace, 'Available');
});

test('Paused: a resource that serves is Ready, one that does not serve is in progress', async () => {
  const { namespace } = await withPod();
  await world.apply(namespace, 'edge', { paused: true });
  await messageFor(namespace, 'Paused', { as: 'InProgress' });
  await letServe(world.transport, namespace);
  await world.eventually('done', async () => {
    const seen = await world.get(...L4B, namespace, 'edge');
    return seen !== undefined && kstatus(seen) === 'Current';
  });
  await messageFor(namespace, 'Paused', { as: 'Current' });
});
