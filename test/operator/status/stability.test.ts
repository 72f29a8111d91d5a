import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../operator/objects/pod.ts';
import type { Observed } from '../../../operator/status/observed.ts';
import { statusOf } from '../../../operator/status/status.ts';
import {
  DOWN,
  deployment,
  forbidden,
  NOW,
  observed,
  oldReplicaSet,
  replicaFailure,
  replicaSet,
  withContainer,
} from './fixtures.ts';

const TUNED = { workload: { replicas: 2 }, tuning: { profile: 'Tuned' } };
const LATER = '2026-11-23T13:00:00Z';
const down = (pods: readonly Pod[]): Observed => observed({ deployment: DOWN, pods }, TUNED);

test('the same observations give the same status, whatever the time and the order of the lists', () => {
  const pods = [forbidden('a', 'n2'), forbidden('b', 'n1', 'net.ipv4.tcp_tw_reuse'), forbidden('c', 'n3')];
  const sets = [replicaSet(), oldReplicaSet(2)];
  const first = statusOf({ ...down(pods), replicaSets: sets }, [], NOW);
  const second = statusOf(
    { ...down([...pods].reverse()), replicaSets: [...sets].reverse() },
    first.conditions ?? [],
    LATER,
  );
  assert.deepEqual(second, first);
});

test('a thousand refused pods change the status five times, not a thousand', () => {
  const seen = new Set<string>();
  const pods: Pod[] = [];
  for (let made = 0; made < 1000; made++) {
    pods.push(forbidden(`p${made}`, `n${made % 2}`));
    seen.add(JSON.stringify(statusOf(down(pods), [], NOW)));
  }
  // The first node, the second, 10, 100, 1000.
  assert.equal(seen.size, 5);
});

test('refused pods are not counted as replicas', () => {
  const pods = Array.from({ length: 50 }, (_, index) => forbidden(`p${index}`, 'n1'));
  const status = statusOf(
    observed(
      { deployment: deployment({ replicas: 2, readyReplicas: 0, availableReplicas: 0 }), pods },
      TUNED,
    ),
    [],
    NOW,
  );
  assert.deepEqual([status.replicas, status.readyReplicas, status.replicaSummary], [2, 0, '0/2']);
});

/** Each list is one problem as observed at different moments. */
const CYCLES: Readonly<Record<string, readonly Observed[]>> = {
  'an image that cannot be pulled': [
    {
      waiting: {
        reason: 'ErrImagePull',
        message:
          'failed to resolve: dial tcp: lookup registry.example on 10.96.0.10:53: read udp 10.1.0.4:40312->10.96.0.10:53: i/o timeout',
      },
    },
    {
      waiting: {
        reason: 'ImagePullBackOff',
        message:
          'Back-off pulling image "registry.example/l4balancer-proxy:1.0": ErrImagePull: failed to resolve: dial tcp: lookup registry.example on 10.96.0.10:53: read udp 10.1.0.4:51877->10.96.0.10:53: i/o timeout',
      },
    },
  ].map((state) => down([withContainer('a', 'n1', { state })])),
  'a proxy that crashes': (
    [
      [{ terminated: { exitCode: 1, message: 'no such file' } }, {}],
      [
        { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting' } },
        { terminated: { exitCode: 1, message: 'no such file' } },
      ],
      [{ running: {} }, { terminated: { exitCode: 1, message: 'no such file' } }],
      [
        { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting' } },
        { terminated: { exitCode: 1, message: 'no such file' } },
      ],
    ] as const
  ).map(([state, lastState], restartCount) =>
    down([withContainer('a', 'n1', { state, lastState, restartCount })]),
  ),
  'a proxy whose message has a timestamp': ['2026-11-23T10:00:00.123Z', '2026-11-23T10:00:40.456Z'].map(
    (time) =>
      down([
        withContainer('a', 'n1', {
          state: { terminated: { exitCode: 1, message: `${time} Cannot listen` } },
        }),
      ]),
  ),
  'pods that a quota refuses': ['x7k2p', 'b9v4m'].map((suffix) =>
    observed({
      deployment: DOWN,
      replicaSets: [
        replicaSet([replicaFailure(`pods "l4b-edge-new-${suffix}" is forbidden: exceeded quota: small`)]),
      ],
    }),
  ),
  'a container that cannot be started': ['a', 'b'].map((letter) =>
    down([
      withContainer('a', 'n1', {
        state: {
          waiting: {
            reason: 'CreateContainerError',
            message: `failed to create containerd task ${letter.repeat(64)}`,
          },
        },
      }),
    ]),
  ),
};

for (const [what, moments] of Object.entries(CYCLES))
  test(`the status of ${what} is the same from attempt to attempt`, () => {
    const statuses = moments.map((moment) => JSON.stringify(statusOf(moment, [], NOW)));
    assert.ok(moments.length > 1);
    assert.deepEqual([...new Set(statuses)].length, 1, [...new Set(statuses)].join('\n'));
  });

test('the transition time of a condition changes with its status, not with its reason or message', () => {
  const working = statusOf(observed({ deployment: undefined }), [], NOW).conditions ?? [];
  const other = statusOf(down([forbidden('a', 'n1')]), working, LATER).conditions ?? [];
  const times = (type: string) =>
    [working, other].map((conditions) => conditions.find((one) => one.type === type)?.lastTransitionTime);
  assert.deepEqual(times('Ready'), [NOW, NOW]);
  assert.deepEqual(times('Reconciling'), [NOW, LATER]);
  assert.deepEqual(times('Stalled'), [NOW, LATER]);
});

test('pods of older revisions, and pods being deleted, do not count for the current one', () => {
  const old = {
    ...forbidden('a', 'n1'),
    metadata: { ...forbidden('a', 'n1').metadata, ownerReferences: [] },
  };
  const going = {
    ...forbidden('b', 'n1'),
    metadata: { ...forbidden('b', 'n1').metadata, deletionTimestamp: NOW },
  };
  const [ready] = statusOf(down([old, going]), [], NOW).conditions ?? [];
  assert.equal(ready?.reason, 'Progressing');
});
