import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as schema } from '../../../crds/status.ts';
import { findingsOf } from '../../../operator/status/findings.ts';
import { backendsOf, listenersOf, proxiesOf } from '../../../operator/status/listeners.ts';
import type { Reading } from '../../../operator/status/reading.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { warnings } from '../../../operator/status/warnings.ts';
import { balancer } from '../owner.ts';
import { failedReading, NOW, observed, REPORT, reading, unheard } from './fixtures.ts';

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

test('what replicas find is said once for all that say it, the worst first, whatever the order', () => {
  const readings = [
    reading('a', { findings: [short, missing, missing] }),
    reading('b', { findings: [missing, taken] }),
    reading('c'),
  ];
  const said = ['PortTaken 1 web - Taken.', 'ServiceNotFound 2 - web Gone.', 'DescriptorsShort 1 - - Few.'];
  assert.deepEqual(lines(...readings), said);
  assert.deepEqual(lines(...readings.reverse()), said);
});

test('a proxy of an older version, which tells only places, is understood by them', () => {
  const { code: _, backend: __, ...old } = missing;
  assert.deepEqual(lines(reading('a', { findings: [old] })), [
    'OtherFinding 1 - web Spec.backends[0].service: gone.',
  ]);
});

test('a finding with a code of a newer version keeps its words', () => {
  const findings = [{ code: 'MoonInTheWay', path: 'spec', message: 'the moon is in the way' }];
  assert.deepEqual(lines(reading('a', { findings })), ['OtherFinding 1 - - The moon is in the way.']);
});

test('replicas that have lost their source for one cause are one finding, whichever watch was lost first', () => {
  const lost = (what: string) => ({
    follows: false,
    loss: { code: 'Unauthorized', problem: `Cannot follow ${what}: 401` },
  });
  assert.deepEqual(
    lines(reading('a', lost('Services')), reading('b', lost('EndpointSlices')), reading('c')),
    [
      'NotFollowing 2 - - No change of the spec or of endpoints reaches it: Cannot follow EndpointSlices: 401.',
    ],
  );
});

test('replicas that cannot be asked are told of, and what they said before stands', () => {
  const last = { ...REPORT, findings: [missing] };
  assert.deepEqual(lines(failedReading('a', { last }), failedReading('b'), unheard('c')), [
    'ServiceNotFound 1 - web Gone.',
    'ProxiesUnreachable 2 - - The operator cannot ask 2 of 3 proxies (pods a and b) what they find: it did not answer within 3 s. It must reach port 9901 of the pods: look for a NetworkPolicy in between.',
  ]);
});

test('one replica that cannot be asked is told of as one', () => {
  const why =
    'it did not answer within 3 s. It must reach port 9901 of the pods: look for a NetworkPolicy in between.';
  for (const [others, said] of [
    [[], '1 of 1 proxy (pod a) what it finds'],
    [[reading('b')], '1 of 2 proxies (pod a) what it finds'],
  ] as const)
    assert.deepEqual(lines(failedReading('a'), ...others), [
      `ProxiesUnreachable 1 - - The operator cannot ask ${said}: ${why}`,
    ]);
});

test('each finding is with its listener or its backend, and the rest with the proxies', () => {
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

test('thousands of findings with long words are a status that the API server takes, and say how many there are', () => {
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
      'The proxies find 502 more: see status.listeners, status.backends and status.proxies.',
    ],
  );
});

test('an operator that has just started keeps what was known until a proxy has been asked', () => {
  const told = statusOf(observed({ readings: [reading('a', { findings: [missing] })] }), [], NOW);
  const started = observed({ readings: [unheard('a')], before: told });
  assert.deepEqual(statusOf(started, told.conditions ?? [], '2026-11-23T13:00:00Z'), told);
});

test('after another spec what was known of the one before is not kept', () => {
  const told = statusOf(observed({ readings: [reading('a')], generation: 6 }), [], NOW);
  const { listeners, proxies } = statusOf(
    observed({ readings: [unheard('a')], before: told }),
    told.conditions ?? [],
    NOW,
  );
  assert.deepEqual([listeners?.[0]?.endpoints, proxies?.following], [undefined, 0]);
});
