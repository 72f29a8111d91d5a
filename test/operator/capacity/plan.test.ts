import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveTuning } from '../../../crds/effective.ts';
import { checkCapacity } from '../../../operator/capacity/check-capacity.ts';
import { planCapacity, plannedReplicas } from '../../../operator/capacity/plan.ts';
import { replicasOf } from '../../../operator/desired/replicas.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { warnings } from '../../../operator/status/warnings.ts';
import { balancer, MINIMAL } from '../owner.ts';
import { NOW, observed } from '../status/fixtures.ts';

const spec = (more: object) => balancer(more).spec;
const capacity = (connections: number, connectionsPerCore?: number) => ({
  capacity: { connections, ...(connectionsPerCore === undefined ? {} : { connectionsPerCore }) },
});
const resources = (cpu: string, memory: string) => ({
  resources: { requests: { cpu, memory }, limits: { cpu, memory } },
});

/** Listeners of these protocols. */
const listenersOf = (...protocols: readonly string[]) => ({
  listeners: protocols.map((protocol, i) => ({ name: `l${i}`, port: 9000 + i, protocol, backend: 'web' })),
});

const TLS = {
  listeners: [
    {
      name: 'https',
      port: 8443,
      backend: 'web',
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }] },
    },
  ],
};

const ENDPOINT_TLS = {
  backends: [{ name: 'web', service: { name: 'web', port: 443 }, tls: { caRef: { name: 'ca' } } }],
};

/** A spec, and the resulting pods: replicas × cores, memory. */
const PLANS: readonly (readonly [string, object, string])[] = [
  ['one connection', capacity(1), '2 × 1 256Mi'],
  ['exactly one core', capacity(50_000), '2 × 1 1024Mi'],
  ['one connection more than one core', capacity(50_001), '2 × 1 1024Mi'],
  [
    'the guide’s 8 cores, in profile Tuned',
    { ...capacity(400_000), tuning: { profile: 'Tuned' } },
    '2 × 4 3456Mi',
  ],
  ['three times the guide', { ...capacity(1_200_000), tuning: { profile: 'Tuned' } }, '3 × 8 6720Mi'],
  // 524,288 descriptors hold 261,632 connections, 5 cores' worth.
  ['more than descriptors allow on 8 cores', capacity(600_000), '3 × 4 3456Mi'],
  ['20,000 connections per core from the spec', capacity(400_000, 20_000), '3 × 7 2624Mi'],
  [
    '20,000 connections per core because each is logged: more pods of the same size',
    { ...capacity(400_000), accessLog: { mode: 'All' } },
    '5 × 4 3456Mi',
  ],
  [
    'TLS ends at a listener: 20,000 connections per core, of 44 KiB each, in more pods of the same size',
    { ...capacity(400_000), ...TLS },
    '6 × 4 3456Mi',
  ],
  ['TLS with endpoints alone, of 50 KiB each', { ...capacity(400_000), ...ENDPOINT_TLS }, '7 × 4 3456Mi'],
  ['TLS on both sides, of 78 KiB each', { ...capacity(400_000), ...TLS, ...ENDPOINT_TLS }, '10 × 4 3456Mi'],
  ['the number of replicas in the spec', { ...capacity(400_000), workload: { replicas: 4 } }, '4 × 2 1856Mi'],
  ['the resources in the spec', { ...capacity(400_000), workload: resources('2', '4Gi') }, '4 × 2 4Gi'],
  ['the acceptors in the spec', { ...capacity(400_000), tuning: { acceptors: 2 } }, '4 × 2 1856Mi'],
  [
    'the maximum of an autoscaler',
    { ...capacity(400_000), workload: { autoscaling: { maxReplicas: 4 } } },
    '– × 2 1856Mi',
  ],
  [
    'a DaemonSet, with the largest planned pod',
    { ...capacity(400_000), workload: { kind: 'DaemonSet' } },
    '– × 5 4288Mi',
  ],
  [
    'one pod with host networking',
    { ...capacity(400_000), tuning: { profile: 'HostNetwork' } },
    '1 × 8 6720Mi',
  ],
  // 55,296 source ports each.
  [
    'UDP sessions: more pods of the same size',
    { ...capacity(400_000), ...listenersOf('UDP') },
    '8 × 4 3456Mi',
  ],
  ['half of them UDP sessions', { ...capacity(400_000), ...listenersOf('UDP', 'TCP') }, '4 × 4 3456Mi'],
];

for (const [what, more, expected] of PLANS)
  test(`a capacity determines the pods: ${what}`, () => {
    const parsed = spec(more);
    const { resources: given, acceptors } = effectiveTuning(parsed);
    assert.deepEqual(given.requests, given.limits, 'Guaranteed');
    assert.equal(String(acceptors), given.limits.cpu);
    assert.equal(
      `${replicasOf(parsed, undefined) ?? '–'} × ${given.limits.cpu} ${given.limits.memory}`,
      expected,
    );
  });

test('without a capacity there is no planned number of replicas, and the plan says what the pods hold', () => {
  assert.equal(plannedReplicas(spec({})), undefined);
  const plan = planCapacity(spec({ workload: { replicas: 2 } }), 2);
  assert.equal(plan.asked, undefined);
  // Memory is what bounds the small default pod: (512 − 192 − 32) MiB at 16 KiB.
  assert.equal(plan.connections, 2 * 18_432);
});

test('an additional or more expensive listener changes no pod', () => {
  const template = (more: object) => effectiveTuning(spec({ ...capacity(400_000), ...more })).resources;
  const listeners = [...MINIMAL.listeners, { name: 'more', port: 9000, backend: 'web' }];
  assert.deepEqual(template({ listeners }), template({}));
  assert.deepEqual(template({ accessLog: { mode: 'All' } }), template({}));
});

test('explicit resources take precedence over the capacity, each independently', () => {
  const workload = { resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi' } } };
  assert.deepEqual(effectiveTuning(spec({ ...capacity(1000), workload })).resources, {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '1', memory: '1Gi' },
  });
});

test('the plan gives descriptors, source ports and endpoints, and explains how they are computed', () => {
  const plan = planCapacity(spec(capacity(400_000)), 2);
  assert.deepEqual(
    { ...plan, howComputed: '' },
    {
      connections: 400_000,
      asked: 400_000,
      connectionsPerCore: 50_000,
      replicas: 2,
      cores: 4,
      memory: '3456Mi',
      fileDescriptors: 401_024,
      sourcePorts: 55_296,
      endpoints: 4,
      howComputed: '',
    },
  );
  assert.match(plan.howComputed, /^2 replicas with 4 cores each, 50000 connections per core\. /);
});

test('the plan for UDP sessions has one descriptor for each, and ports that all endpoints share', () => {
  const plan = planCapacity(spec({ ...capacity(400_000), ...listenersOf('UDP') }), 8);
  const { connections, fileDescriptors, endpoints, howComputed } = plan;
  assert.deepEqual(
    { connections, fileDescriptors, endpoints },
    { connections: 8 * 55_296, fileDescriptors: 51_024, endpoints: 1 },
  );
  assert.match(
    howComputed,
    /51024 file descriptors \(one per UDP session and a reserve\), .* and at most 55296 UDP sessions at a time, whatever their endpoints \(source ports\)\./,
  );
  const mixed = planCapacity(spec({ ...capacity(400_000), ...listenersOf('UDP', 'TCP') }), 8);
  assert.deepEqual([mixed.fileDescriptors, mixed.endpoints], [101_024, 1]);
  assert.match(
    mixed.howComputed,
    / at most 55296 UDP sessions at a time, whatever their endpoints, and enough endpoints that none gets more than 55296 connections \(source ports\)\./,
  );
});

test('the explanation says what TLS takes of the memory', () => {
  const explained = (more: object): string =>
    planCapacity(spec({ ...capacity(40_000), ...more }), 2).howComputed;
  assert.match(explained({}), / 32 MiB per core and 16 KiB per connection\)/);
  assert.match(explained(TLS), / 44 KiB per connection, 28 KiB of them for TLS with clients\)/);
  assert.match(
    explained({ ...TLS, ...ENDPOINT_TLS }),
    / 78 KiB per connection, 28 KiB of them for TLS with clients, 34 KiB of them for TLS with endpoints\)/,
  );
});

test('TLS for which the memory of the pods does not suffice is a warning', () => {
  const sized = { ...capacity(40_000), workload: { replicas: 2, ...resources('2', '700Mi') } };
  const reasons = (more: object): string => {
    const asked = spec({ ...sized, ...more });
    return checkCapacity(asked, planCapacity(asked, 2))
      .map(({ reason }) => reason)
      .filter((reason) => reason === 'TooLittleMemory')
      .join();
  };
  assert.deepEqual([reasons({}), reasons(TLS)], ['', 'TooLittleMemory']);
});

test('with host networking, the kernel’s default range of source ports counts', () => {
  assert.equal(planCapacity(spec({ tuning: { profile: 'HostNetwork' } }), 1).sourcePorts, 28_232);
});

const endpoints = (count: number) => ({
  backends: [
    {
      name: 'web',
      endpoints: Array.from({ length: count }, (_, i) => ({ address: `192.0.2.${i}`, port: 80 })),
    },
  ],
});

const WARNINGS: readonly (readonly [string, object, number, string])[] = [
  ['the default', {}, 1, ''],
  ['a planned capacity', capacity(400_000), 2, ''],
  [
    'the guide’s pod, with 8 acceptors on 4 reserved cores',
    { tuning: { profile: 'Tuned' } },
    1,
    'AcceptorsAboveRequest',
  ],
  ['too few replicas', capacity(400_000), 1, 'TooFewCores TooLittleMemory TooFewDescriptors'],
  ['too little memory', { ...capacity(100_000), workload: resources('2', '1Gi') }, 1, 'TooLittleMemory'],
  [
    'too few descriptors',
    { ...capacity(100_000), tuning: { fileDescriptors: 65_536 } },
    2,
    'TooFewDescriptors',
  ],
  ['too few endpoints', { ...capacity(400_000), ...endpoints(3) }, 2, 'TooFewSourcePorts'],
  ['enough endpoints', { ...capacity(400_000), ...endpoints(4) }, 2, ''],
  ['a workload scaled to zero', capacity(400_000), 0, ''],
  ['a planned capacity of UDP sessions', { ...capacity(400_000), ...listenersOf('UDP') }, 8, ''],
  [
    'more UDP sessions than source ports, however many endpoints there are',
    { ...capacity(400_000), ...listenersOf('UDP'), ...endpoints(200) },
    4,
    'TooFewSourcePorts',
  ],
  [
    'more UDP sessions beside TCP than source ports',
    { ...capacity(400_000), ...listenersOf('UDP', 'TCP'), ...endpoints(200) },
    2,
    'TooFewSourcePorts',
  ],
];

for (const [what, more, replicas, expected] of WARNINGS)
  test(`the warnings for ${what} are: ${expected || 'none'}`, () => {
    const parsed = spec(more);
    const found = checkCapacity(parsed, planCapacity(parsed, replicas));
    assert.equal(found.map(({ reason }) => reason).join(' '), expected);
    for (const { message } of found) assert.match(message, /\.$/);
  });

const AUTOSCALED = { minReplicas: 2, maxReplicas: 4 };

/** Specs for an autoscaler of 2 to 4 replicas, of which there are 2. */
const OF_AUTOSCALERS: readonly (readonly [string, object, object, string])[] = [
  ['the size follows from maxReplicas', {}, {}, ''],
  ['too few cores even with maxReplicas', {}, resources('1', '8Gi'), 'TooFewCores'],
  ['too little memory even with maxReplicas', {}, resources('2', '1Gi'), 'TooLittleMemory'],
  [
    'too few descriptors even with maxReplicas',
    { tuning: { fileDescriptors: 65_536 } },
    {},
    'TooFewDescriptors',
  ],
  ['too few endpoints for maxReplicas', endpoints(1), {}, 'TooFewSourcePorts'],
];

for (const [what, more, workload, expected] of OF_AUTOSCALERS)
  test(`a capacity is checked against the maxReplicas of an autoscaler: ${what}`, () => {
    const parsed = spec({
      ...capacity(400_000),
      ...more,
      workload: { ...workload, autoscaling: AUTOSCALED },
    });
    const seen = observed({ spec: parsed });
    const found = warnings(seen);
    assert.equal(found.map(({ reason }) => reason).join(' '), expected);
    for (const { message } of found) assert.match(message, /workload\.autoscaling\.maxReplicas/);
    const { capacity: plan, replicaSummary } = statusOf(seen, [], NOW);
    assert.equal(plan?.replicas, 4);
    assert.equal(replicaSummary, '2/2');
  });

test('for a DaemonSet, the warning says to raise the number of nodes', () => {
  const parsed = spec({ ...capacity(400_000), workload: { kind: 'DaemonSet', ...resources('1', '8Gi') } });
  const [found] = checkCapacity(parsed, planCapacity(parsed, 3));
  assert.match(found?.message ?? '', /That takes 8 replicas of this size: raise the number of nodes\.$/);
});

test('the explanation says why connections are costly', () => {
  const why = (spec: object): string =>
    /per core( because [^.]*)?\./.exec(planCapacity(balancer(spec).spec, 2).howComputed)?.[1] ?? '';
  assert.equal(why({}), '');
  assert.equal(why(TLS), ' because TLS ends at a listener');
  assert.equal(
    why({ ...TLS, accessLog: { mode: 'All' } }),
    ' because TLS ends at a listener and every connection is logged',
  );
});
