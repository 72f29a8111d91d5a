import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleOf } from '../../../cli/cluster/samples.ts';

test('a line of metrics is read with its labels, escaped or not', () => {
  assert.deepEqual(sampleOf('a_total{listener="web",path="a\\"b\\\\c\\nd"} 12.5'), {
    name: 'a_total',
    labels: { listener: 'web', path: 'a"b\\c\nd' },
    value: 12.5,
  });
  assert.deepEqual(sampleOf('up 1'), { name: 'up', labels: {}, value: 1 });
});

for (const line of ['# HELP a b', '', 'a{x="y"} NaN', 'a +Inf', 'not a line at all'])
  test(`"${line}" is no sample`, () => assert.equal(sampleOf(line), undefined));
