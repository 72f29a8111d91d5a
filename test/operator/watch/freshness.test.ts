import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, CredentialsError } from '../../../kube/errors.ts';
import {
  LOST_AFTER_MS,
  REFUSED_AFTER_MS,
  STALE_AFTER_MS,
  staleness,
  type WatchHealth,
} from '../../../operator/watch/freshness.ts';

const lost = { connected: false, error: new Error('connection refused'), retryInMs: 1000 } as const;
const refused = (error: Error) => ({ connected: false, error, retryInMs: 1000 }) as const;
const forbidden = new ApiError({ method: 'GET', path: '/x', httpStatus: 403, body: 'no' });
const watch = (more: Partial<WatchHealth>): WatchHealth => ({
  kind: 'Pod',
  synced: true,
  state: { connected: true },
  silentMs: 0,
  ...more,
});

const ROWS: readonly (readonly [string, Partial<WatchHealth>, readonly string[]])[] = [
  ['a watch that receives events', {}, []],
  ['a watch lost a moment ago', { state: lost, silentMs: LOST_AFTER_MS - 1 }, []],
  [
    'a watch lost for a long time',
    { state: lost, silentMs: LOST_AFTER_MS },
    ['Pod: the watch has been lost for 120 s: connection refused'],
  ],
  [
    'a watch that is refused for seconds, as by a starting API server',
    { state: refused(forbidden), silentMs: REFUSED_AFTER_MS - 1 },
    [],
  ],
  [
    'a watch that is refused',
    { state: refused(forbidden), silentMs: REFUSED_AFTER_MS },
    [`Pod: the watch has been lost for 15 s: ${forbidden.message}`],
  ],
  [
    'a watch without credentials',
    { state: refused(new CredentialsError('LoginFailed', 'no token')), silentMs: REFUSED_AFTER_MS },
    ['Pod: the watch has been lost for 15 s: no token'],
  ],
  [
    'a watch that is silent for a long time',
    { silentMs: STALE_AFTER_MS },
    ['Pod: the watch has been silent for 300 s'],
  ],
  ['a kind not listed yet', { synced: false }, ['Pod: not listed yet']],
  [
    'a kind that cannot be listed',
    { synced: false, state: lost },
    ['Pod: not listed yet: connection refused'],
  ],
];

for (const [what, given, expected] of ROWS)
  test(`${what} is ${expected.length === 0 ? 'fresh' : 'stale, with a reason'}`, () => {
    const { problems, namespaces } = staleness([watch({ kind: 'Service' }), watch(given)]);
    assert.deepEqual(problems, expected);
    assert.equal(namespaces.size, 0);
  });

const inNamespace = (namespace: string, more: Partial<WatchHealth> = {}) => watch({ namespace, ...more });
const ILL = { synced: false, state: refused(forbidden) } as const;

test('a namespace that is not followed is reported once by name, and is not a problem as long as another one is followed', () => {
  const watches = [
    inNamespace('shop', ILL),
    inNamespace('shop', { ...ILL, kind: 'Role' }),
    inNamespace('edge'),
    inNamespace('edge', { kind: 'Role' }),
  ];
  const { problems, namespaces } = staleness(watches);
  assert.deepEqual(problems, []);
  assert.deepEqual([...namespaces], [['shop', `Pod: not listed yet: ${forbidden.message}`]]);
});

test('an operator that can follow none of its namespaces is not ready, and names each', () => {
  const { problems } = staleness([inNamespace('shop', ILL), inNamespace('edge', ILL)]);
  assert.equal(problems.length, 2);
  assert.match(problems.join('\n'), /^namespace shop is not followed: .*\nnamespace edge is not followed: /);
});
