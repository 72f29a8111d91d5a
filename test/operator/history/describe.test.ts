import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChange } from '../../../operator/history/describe.ts';
import { balancer } from '../owner.ts';

const WEB = { name: 'web', port: 8080, backend: 'web' };
const FIXED = {
  name: 'web',
  endpoints: [
    { address: '192.0.2.1', port: 80 },
    { address: '192.0.2.2', port: 80 },
  ],
};
const spec = (more: object = {}) =>
  balancer({ listeners: [WEB], backends: [FIXED], workload: { replicas: 2 }, ...more }).spec;

const ROWS: readonly (readonly [string, object, string])[] = [
  ['a port', { listeners: [{ ...WEB, port: 8443 }] }, 'listener web: port 8080 → 8443'],
  [
    'two fields of one listener',
    { listeners: [{ ...WEB, port: 8443, sources: { allow: ['10.0.0.0/8'] } }] },
    'listener web: port 8080 → 8443, sources added',
  ],
  [
    'a new listener',
    { listeners: [WEB, { ...WEB, name: 'dns', port: 53, protocol: 'UDP' }] },
    'listener dns added',
  ],
  [
    'another name, which is another listener',
    { listeners: [{ ...WEB, name: 'www' }] },
    'listener web removed; listener www added',
  ],
  [
    'endpoints that are drained',
    { backends: [{ ...FIXED, drained: ['192.0.2.1', '192.0.2.2:80'] }] },
    'backend web: 2 endpoints drained',
  ],
  [
    'endpoints that come and go',
    { backends: [{ ...FIXED, endpoints: [FIXED.endpoints[1], { address: '192.0.2.3', port: 80 }] }] },
    'backend web: 1 endpoint added, 1 endpoint removed',
  ],
  [
    'the algorithm, the tuning and the number of pods',
    {
      backends: [{ ...FIXED, algorithm: 'Maglev' }],
      tuning: { logLevel: 'warn' },
      workload: { replicas: 3 },
    },
    'backend web: algorithm RoundRobin → Maglev; tuning.logLevel unset → warn; workload.replicas 2 → 3',
  ],
  ['a long value', { workload: { replicas: 2, image: `registry/${'x'.repeat(99)}` } }, ''],
  ['nothing', {}, 'the order of entries'],
];

for (const [what, more, expected] of ROWS)
  test(`a change of ${what} is described in short`, () => {
    const text = describeChange(spec(), spec(more));
    if (expected === '') assert.ok(text.length < 80, text);
    else assert.equal(text, expected);
  });

test('a change of everything is cut at the limit of the status, and says how much is left out', () => {
  const many = Array.from({ length: 64 }, (_, at) => ({ ...WEB, name: `listener-${at}`, port: 1000 + at }));
  const text = describeChange(spec(), spec({ listeners: many }));
  assert.ok(text.length <= 512, `${text.length}`);
  assert.match(text, /listener-3 added; .*; and 4\d more$/);
});

test('what was drained and no longer is, is counted', () => {
  const drained = spec({ backends: [{ ...FIXED, drained: ['192.0.2.1'] }] });
  assert.equal(describeChange(drained, spec()), 'backend web: 1 endpoint no longer drained');
});
