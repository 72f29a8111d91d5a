import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entry, entryOf } from '../../../cli/log/entry.ts';
import { filterOf } from '../../../cli/log/filter.ts';
import { entryLine } from '../../../cli/log/line.ts';
import { Seen } from '../../../cli/log/seen.ts';
import { styleOf } from '../../../cli/print/style.ts';

/** As docs/telemetry.md shows it. */
const RAW =
  '{"log":"access","time":"2026-11-24T22:05:29.646Z","listener":"web","backend":"web","endpoint":"192.0.2.10:8080","client":"203.0.113.9:36206","reason":"Finished","endedBy":"Both","phase":"Relaying","retries":0,"receivedBytes":78,"sentBytes":1391,"durationMs":12.345,"acceptor":1}';
const entry = (more: Partial<Entry> = {}): Entry => ({ ...(entryOf(RAW, 'p1') ?? assert.fail()), ...more });

test('a line of the access log is an entry, and any other line is none', () => {
  const { listener, client, reason, sentBytes, durationMs, pod } = entry();
  assert.deepEqual(
    { listener, client, reason, sentBytes, durationMs, pod },
    {
      listener: 'web',
      client: '203.0.113.9:36206',
      reason: 'Finished',
      sentBytes: 1391,
      durationMs: 12.345,
      pod: 'p1',
    },
  );
  for (const other of ['', '{"level":"info","msg":"ready"}', RAW.slice(0, 90), 'Error: x'])
    assert.equal(entryOf(other, 'p1'), undefined, other);
});

const NONE = { listeners: [], backends: [], reasons: [], sources: [] };
const FILTERS: readonly { readonly wanted: object; readonly entry: Partial<Entry>; readonly is: boolean }[] =
  [
    { wanted: {}, entry: {}, is: true },
    { wanted: { listeners: ['dns', 'web'] }, entry: {}, is: true },
    { wanted: { listeners: ['dns'] }, entry: {}, is: false },
    { wanted: { listeners: ['web'], reasons: ['ClientReset'] }, entry: {}, is: false },
    { wanted: { backends: ['web'] }, entry: { backend: '' }, is: false },
    { wanted: { sources: ['203.0.113.0/24'] }, entry: {}, is: true },
    { wanted: { sources: ['203.0.113.8'] }, entry: {}, is: false },
    { wanted: { sources: ['10.0.0.0/8', '2001:db8::/32'] }, entry: { client: '[2001:db8::5]:80' }, is: true },
    { wanted: { sources: ['2001:db8::/32'] }, entry: { client: '[2001:db9::5]:80' }, is: false },
    { wanted: { sources: ['0.0.0.0/0'] }, entry: { client: '' }, is: false },
  ];

for (const { wanted, entry: more, is } of FILTERS)
  test(`${JSON.stringify(wanted)} ${is ? 'lets' : 'keeps'} ${more.client ?? more.backend ?? 'a connection'} ${is ? 'in' : 'out'}`, () => {
    assert.equal(filterOf({ ...NONE, ...wanted })(entry(more)), is);
  });

test('a line has its time, who, where and why, and is cut at the width of the terminal', () => {
  const options = { width: undefined, style: styleOf(false) };
  assert.match(
    entryLine(entry(), options),
    /^22:05:29\.646 {2}web +Finished +203\.0\.113\.9:36206 +→ 192\.0\.2\.10:8080 +12 ms, 78 B in, 1\.4 KiB out {2}p1$/,
  );
  assert.match(entryLine(entry({ endpoint: '' }), options), /→ nowhere/);
  for (const width of [80, 200])
    assert.ok(
      entryLine(entry({ client: `[${'2001:db8:'.repeat(6)}]:1`, listener: 'x'.repeat(63) }), {
        ...options,
        width,
      }).length <= width,
    );
  assert.ok(!entryLine(entry({ client: '\u001b[31mred' }), options).includes('\u001b'));
});

test('a log that is opened again shows nothing twice, and goes on where it was', () => {
  const seen = new Seen();
  const at = (ms: number, raw = `line ${ms}`) => ({ raw, time: new Date(1_000_000 + ms).toISOString() });
  assert.equal(seen.since(5_000), new Date(5_000).toISOString());
  for (const ms of [0, 10, 10_000]) assert.ok(seen.take(at(ms)));
  assert.equal(seen.since(0), new Date(1_010_000).toISOString());
  assert.ok(!seen.take(at(10_000)));
  assert.ok(seen.take(at(10_000, 'another of the same moment')));
  assert.ok(seen.take(at(9_999)), 'lines may be a little out of order');
  assert.ok(!seen.take(at(10)), 'what is much older was shown before');
  assert.ok(seen.take(at(20_000)));
});
