import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseReport } from '../../../operator/proxy-reports/parse-report.ts';

/** Reports of a proxy of version 0.1.0, recorded before reports had a version field. */
const recorded = (name: string): string =>
  readFileSync(new URL(`../../report/recorded/${name}.json`, import.meta.url), 'utf8');

const names = ['status', 'summary', 'summary-refused', 'summary-lost'];

test('the operator reads everything that it uses from an older proxy', () => {
  const report = parseReport(recorded('summary'));
  assert.ok(report);
  const { knobs, findings, ...rest } = report;
  assert.deepEqual(rest, {
    revision: 'sha256:044da5a969ff',
    follows: true,
    loss: undefined,
    listeners: ['http', 'late', 'redis'],
    limiting: [],
    uptimeMs: undefined,
    shares: [],
    certificates: [],
    traffic: { open: 2, accepted: 10 },
    backends: [
      { name: 'web', endpoints: 4, ready: 1 },
      { name: 'cache', endpoints: 2, ready: 1 },
    ],
  });
  assert.deepEqual(
    findings.map(({ code, path, listener }) => ({ code, path, listener })),
    [{ code: 'PortTaken', path: 'spec.listeners[2].port', listener: 'late' }],
  );
  assert.equal(knobs.length, 9);
  assert.deepEqual(knobs.at(-1), { name: 'acceptors', asked: '2', effective: '2', ok: true });
});

test('an older proxy that lost its source, or refuses a spec, is understood', () => {
  const lost = parseReport(recorded('summary-lost').replace(/"lostForMs": \d+/, '"lostForMs": 60000'));
  assert.equal(lost?.follows, false);
  assert.deepEqual(lost?.loss, {
    code: 'ENOENT',
    problem: 'Cannot read /etc/l4balancer/edge.yaml: there is no such file',
  });
  const refused = parseReport(recorded('summary-refused'));
  assert.deepEqual(
    refused?.findings.map(({ code }) => code),
    ['SpecRefused', 'PortTaken'],
  );
});

/** Adds an unknown field with each type of value to every object. */
const withMore = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const more = { ofTheFuture: [{ a: 1 }], alsoNew: null, andThis: 'x'.repeat(10_000) };
  return Object.fromEntries([
    ...Object.entries(value).map(([name, field]) => [name, withMore(field)]),
    ...Object.entries(more),
  ]);
};

for (const name of names)
  test(`unknown fields do not change what the operator reads from ${name}`, () => {
    const known = parseReport(recorded(name));
    assert.ok(known);
    assert.deepEqual(parseReport(JSON.stringify(withMore(JSON.parse(recorded(name))))), known);
  });

test('a newer proxy may report codes and health states that the operator does not know, and a higher version', () => {
  const answer = JSON.parse(recorded('status'));
  answer.reportVersion = 99;
  answer.findings[0].code = 'MoonInTheWay';
  for (const backend of answer.backends) {
    delete backend.counts;
    for (const endpoint of backend.endpoints) endpoint.health = 'Sleepy';
  }
  const report = parseReport(JSON.stringify(answer));
  assert.equal(report?.findings[0]?.code, 'MoonInTheWay');
  assert.deepEqual(report?.backends, [
    { name: 'web', endpoints: 4, ready: 4 },
    { name: 'cache', endpoints: 2, ready: 1 },
  ]);
});

/** Fields of a summary that the operator does not use: they may have any value or be missing. */
const UNUSED = {
  '': ['version', 'ready', 'tableVersion', 'acceptors', 'descriptors', 'sourcePorts', 'notReady'],
  source: ['from'],
  listeners: ['port', 'address', 'backend', 'closed'],
  backends: ['algorithm'],
  findings: ['line'],
} as const;

for (const [part, fields] of Object.entries(UNUSED))
  test(`unused fields may be missing or of another type: ${fields.join(', ')}`, () => {
    const known = parseReport(recorded('summary'));
    for (const value of [undefined, null, 'a word', -1, [[]]]) {
      const answer = JSON.parse(recorded('summary'));
      for (const entry of part === '' ? [answer] : [answer[part]].flat())
        for (const field of fields) entry[field] = value;
      assert.deepEqual(parseReport(JSON.stringify(answer)), known, `${part} ${value}`);
    }
  });

test('figures that are only shown count as 0 where they are missing or of another type', () => {
  const known = parseReport(recorded('summary'));
  assert.deepEqual(known?.traffic, { open: 2, accepted: 10 });
  for (const value of [undefined, null, 'a word', -1, [[]]]) {
    const answer = JSON.parse(recorded('summary'));
    for (const listener of answer.listeners) Object.assign(listener, { open: value, accepted: value });
    assert.deepEqual(parseReport(JSON.stringify(answer)), { ...known, traffic: { open: 0, accepted: 0 } });
  }
});

for (const part of ['revision', 'source', 'listeners', 'backends', 'findings'] as const)
  test(`a report without ${part} is still read`, () => {
    const answer = JSON.parse(recorded('summary'));
    delete answer[part];
    const report = parseReport(JSON.stringify(answer));
    assert.equal(report?.knobs.length, 9);
    assert.equal(report.follows, true);
  });
