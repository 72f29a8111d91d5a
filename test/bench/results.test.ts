import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINES } from './lines/all.ts';
import { renderGrowth } from './report/growth.ts';
import { parseResults, renderJson } from './report/json.ts';
import {
  type LineResult,
  type Results,
  resultOf,
  rotationsOf,
  whyNotAdd,
  withConfigurations,
  withLine,
} from './report/results.ts';
import { renderVerdicts, verdictsOf } from './report/verdicts.ts';

const EMPTY: Results = {
  machine: { kernel: 'Linux', processor: 'x', cores: 2, memoryGiB: 1, node: '26', fileLimit: 9, load: 0 },
  seconds: 3,
  threads: 2,
  tools: {},
  peers: [
    { name: 'relay', version: '1', configuration: '' },
    { name: 'HAProxy', version: '2', configuration: '' },
  ],
  leftOut: [],
  lines: [],
};

const measured = (
  line: string,
  rotation: number,
  relay: number,
  rival: number,
  name: string,
): LineResult => ({
  line,
  setting: 'loopback',
  how: 'somehow',
  sysctls: {},
  samples: [
    { peer: 'relay', rotation, values: { [name]: relay }, others: 0 },
    { peer: 'HAProxy', rotation, values: { [name]: rival }, others: 0 },
  ],
});
const keepAlive = (rotation: number, relay: number) =>
  measured('keep-alive', rotation, relay, 100, 'requests/s');

test('rotations of the same line and setting are joined, and others stay separate', () => {
  let results = withLine(EMPTY, keepAlive(0, 90));
  results = withLine(results, keepAlive(1, 110));
  results = withLine(results, { ...keepAlive(0, 50), setting: 'namespaces, guide sysctls' });
  assert.equal(results.lines.length, 2);
  assert.equal(rotationsOf(resultOf(results, 'keep-alive', 'loopback')), 2);
  assert.equal(rotationsOf(resultOf(results, 'bulk-1', 'loopback')), 0);
});

test('results that were written can be read and added to', () => {
  const results = withLine(EMPTY, keepAlive(0, 90));
  const read = parseResults(renderJson(results, LINES), 'a.json');
  assert.deepEqual(read.lines[0]?.samples, results.lines[0]?.samples);
  assert.equal(whyNotAdd(read, EMPTY), undefined);
  assert.equal(withLine(read, keepAlive(1, 110)).lines[0]?.samples.length, 4);
});

test('a file that is not a results file is refused by name', () => {
  for (const text of ['', '{', '[]', 'null', '{"lines":[{}],"peers":[]}'])
    assert.throws(() => parseResults(text, 'a.json'), /^Error: a\.json is not a results file/);
});

test('results that were measured differently are not added to, and the difference is named', () => {
  const cases: readonly (readonly [Partial<Results>, RegExp])[] = [
    [{ seconds: 5 }, /with seconds 3, these with 5/],
    [{ threads: 1 }, /with threads 2, these with 1/],
    [{ machine: { ...EMPTY.machine, kernel: 'Linux 7' } }, /kernel "Linux", these with "Linux 7"/],
    [{ peers: [] }, /peers/],
  ];
  for (const [change, expected] of cases)
    assert.match(whyNotAdd(EMPTY, { ...EMPTY, ...change }) ?? '', expected);
});

test('a peer keeps the configuration of its first line', () => {
  const first = withConfigurations(EMPTY, { relay: 'a' });
  const second = withConfigurations(first, { relay: 'b', HAProxy: 'c' });
  assert.deepEqual(
    second.peers.map(({ configuration }) => configuration),
    ['a', 'c'],
  );
});

test('a figure that falls short is named with its line and setting', () => {
  const results = withLine(withLine(EMPTY, keepAlive(0, 90)), measured('bulk-1', 0, 3, 2, 'bytes/s'));
  assert.deepEqual(renderVerdicts(verdictsOf(results, LINES)), [
    '1 of 2 figures reach their ratio to the better rival; short:',
    '    0.90  keep-alive, loopback: requests/s',
  ]);
});

test('a growth table compares each measured step with the first', () => {
  const step = (count: number, relay: number) =>
    measured(`connections-${count}`, 0, relay, 10, 'CPU per operation');
  const results = withLine(withLine(EMPTY, step(1, 20)), step(256, 30));
  const rows = renderGrowth(results, LINES, ['relay', 'HAProxy']);
  assert.match(rows[1] ?? '', /CPU per operation in µs, by open connections/);
  assert.deepEqual(rows.slice(3), [
    'connections-1                       20.0 ×1.00      10.0 ×1.00',
    'connections-256                     30.0 ×1.50      10.0 ×1.00',
  ]);
  assert.deepEqual(renderGrowth(EMPTY, LINES, ['relay']), []);
});

test('every line has a unique name', () => {
  assert.equal(new Set(LINES.map(({ name }) => name)).size, LINES.length);
});
