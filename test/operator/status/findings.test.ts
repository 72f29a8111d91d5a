import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as schema } from '../../../crds/status.ts';
import { findingsOf } from '../../../operator/status/findings.ts';
import { backendsOf, listenersOf, proxiesOf } from '../../../operator/status/listeners.ts';
import type { Reading } from '../../../operator/status/reading.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { warnings } from '../../../operator/status/warnings.ts';
import { balancer } from '../owner.ts';
import { failedReading, NOW, notPolled, observed, REPORT, reading } from './fixtures.ts';

const { spec } = balancer();
const missing = {
  code: 'ServiceNotFound',
  path: 'spec.backends[0].service',
  message: 'gone',
  backend: 'web',
};
const taken = { code: 'PortTaken', path: 'spec.listeners[0].port', message: 'taken', listener: 'web' };
const short = { code: 'DescriptorsShort', path: 'spec.tuning.fileDescriptors', message: 'few' };

const lines = (...readings: readonly Reading[]): readonly string[] =>
  findingsOf(spec, readings).map(
    ({ reason, message, replicas, listener, backend }) =>
      `${reason} ${replicas} ${listener ?? '-'} ${backend ?? '-'} ${message}`,
  );

test('a finding of several replicas is listed once, the worst first, whatever the order of the replicas', () => {
  const readings = [
    reading('a', { findings: [short, missing, missing] }),
    reading('b', { findings: [missing, taken] }),
    reading('c'),
  ];
  const expected = [
    'PortTaken 1 web - Taken.',
    'ServiceNotFound 2 - web Gone.',
    'DescriptorsShort 1 - - Few.',
  ];
  assert.deepEqual(lines(...readings), expected);
  assert.deepEqual(lines(...readings.reverse()), expected);
});

test('the path in a finding of an older proxy is resolved to the name of its backend', () => {
  const { code: _, backend: __, ...old } = missing;
  assert.deepEqual(lines(reading('a', { findings: [old] })), [
    'OtherFinding 1 - web Spec.backends[0].service: gone.',
  ]);
});

test('a finding with a code of a newer version keeps its text', () => {
  const findings = [{ code: 'MoonInTheWay', path: 'spec', message: 'the moon is in the way' }];
  assert.deepEqual(lines(reading('a', { findings })), ['OtherFinding 1 - - The moon is in the way.']);
});

test('replicas that have lost their source for the same cause are one finding, whichever watch failed first', () => {
  const lost = (what: string) => ({
    follows: false,
    loss: { code: 'Unauthorized', problem: `Cannot follow ${what}: 401` },
  });
  assert.deepEqual(
    lines(reading('a', lost('Services')), reading('b', lost('EndpointSlices')), reading('c')),
    [
      'NotFollowing 2 - - The proxy receives no changes to the spec or to endpoints: Cannot follow EndpointSlices: 401.',
    ],
  );
});

test('replicas that cannot be reached are listed, and their last report still counts', () => {
  const last = { ...REPORT, findings: [missing] };
  assert.deepEqual(lines(failedReading('a', { last }), failedReading('b'), notPolled('c')), [
    'ServiceNotFound 1 - web Gone.',
    'ProxiesUnreachable 2 - - The operator cannot read the status of 2 of 3 proxies (pods a and b): it did not respond within 3 s. It must be able to reach port 9901 of the pods: check for a NetworkPolicy that blocks it.',
  ]);
});

test('a single replica that cannot be reached is listed in the singular', () => {
  const why =
    'it did not respond within 3 s. It must be able to reach port 9901 of the pods: check for a NetworkPolicy that blocks it.';
  for (const [others, count] of [
    [[], '1 of 1 proxy (pod a)'],
    [[reading('b')], '1 of 2 proxies (pod a)'],
  ] as const)
    assert.deepEqual(lines(failedReading('a'), ...others), [
      `ProxiesUnreachable 1 - - The operator cannot read the status of ${count}: ${why}`,
    ]);
});

test('each finding is listed with its listener or backend, and the rest with the proxies', () => {
  const readings = [
    reading('a', { findings: [short, missing, taken], backends: [{ name: 'web', endpoints: 2, ready: 1 }] }),
    reading('b', { follows: false, loss: { code: 'Forbidden', problem: '403' } }),
  ];
  const found = findingsOf(spec, readings);
  assert.deepEqual(listenersOf(spec, readings, found)[0]?.problems, [
    { reason: 'PortTaken', message: 'Taken.', replicas: 1 },
  ]);
  assert.deepEqual(backendsOf(spec, readings, found), [
    {
      name: 'web',
      endpoints: 1,
      ready: 1,
      problems: [{ reason: 'ServiceNotFound', message: 'Gone.', replicas: 1 }],
    },
  ]);
  const { problems, ...counts } = proxiesOf(spec, readings, found);
  assert.deepEqual(counts, { of: 2, following: 1 });
  assert.deepEqual(
    problems?.map(({ reason }) => reason),
    ['NotFollowing', 'DescriptorsShort'],
  );
});

test('thousands of findings with long texts give a status that the API server accepts, with a count of those omitted', () => {
  const findings = Array.from({ length: 512 }, (_, i) => ({
    ...missing,
    message: `${i} ${'x'.repeat(5_000)}`,
  }));
  const input = observed({ readings: ['a', 'b', 'c'].map((pod) => reading(pod, { findings })) });
  const status = statusOf(input, [], NOW);
  assert.deepEqual(schema.strict().safeParse(status).error?.issues ?? [], []);
  assert.ok(JSON.stringify(status).length < 64 * 1024);
  assert.equal(status.backends?.[0]?.problems?.length, 8);
  const last = warnings(input).at(-1);
  assert.deepEqual(
    [last?.reason, last?.message],
    [
      'ServiceNotFound',
      'The proxies report 502 more findings: see status.listeners, status.backends and status.proxies.',
    ],
  );
});

test('an operator that has just started keeps the previous status until it has polled a proxy', () => {
  const previous = statusOf(observed({ readings: [reading('a', { findings: [missing] })] }), [], NOW);
  const started = observed({ readings: [notPolled('a')], before: previous });
  assert.deepEqual(statusOf(started, previous.conditions ?? [], '2026-11-23T13:00:00Z'), previous);
});

test('the status of the proxies is not kept after the spec has changed', () => {
  const previous = statusOf(observed({ readings: [reading('a')], generation: 6 }), [], NOW);
  const { listeners, proxies } = statusOf(
    observed({ readings: [notPolled('a')], before: previous }),
    previous.conditions ?? [],
    NOW,
  );
  assert.deepEqual([listeners?.[0]?.endpoints, proxies?.following], [undefined, 0]);
});
