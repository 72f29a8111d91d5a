import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Figure, takesPart } from './line.ts';
import type { PeerName } from './peer.ts';
import { compare, type Sample } from './report/compare.ts';

const rate: Figure = { name: 'rate', unit: '1/s', better: 'Higher' };
const cost: Figure = { name: 'cost', unit: 'µs', better: 'Lower' };
const sample = (peer: PeerName, value: number | undefined, name = 'rate'): Sample => ({
  peer,
  rotation: 0,
  values: { [name]: value },
  others: 0,
});
const ratioOf = (figure: Figure, samples: readonly Sample[]) => {
  const [comparison] = compare({ figures: [figure] }, samples);
  return { ratio: comparison?.ratio, reached: comparison?.reached };
};

test('the relay is compared with the better of its rivals, and never with no balancer', () => {
  const values = [
    ['relay', 30],
    ['HAProxy', 20],
    ['nginx stream', 40],
    ['no balancer', 900],
  ] as const;
  const rates = values.map(([peer, value]) => sample(peer, value));
  assert.deepEqual(ratioOf(rate, rates), { ratio: 0.75, reached: false });
  const costs = values.map(([peer, value]) => sample(peer, value, 'cost'));
  assert.deepEqual(ratioOf(cost, costs), { ratio: 1.5, reached: false });
});

test('a figure is reached if it equals that of the better rival', () => {
  for (const figure of [rate, cost])
    assert.deepEqual(ratioOf(figure, [sample('relay', 5, figure.name), sample('HAProxy', 5, figure.name)]), {
      ratio: 1,
      reached: true,
    });
});

test('ratios compare the medians over the rotations that have a value', () => {
  const relay = [10, undefined, 30, 20].map((value) => sample('relay', value));
  const rival = [40, 10, 10].map((value) => sample('HAProxy', value));
  assert.deepEqual(ratioOf(rate, [...relay, ...rival]), { ratio: 2, reached: true });
});

test('there is no ratio without the relay, without a rival, if the rival has 0, or for a figure shown as context', () => {
  const none = { ratio: undefined, reached: undefined };
  assert.deepEqual(ratioOf(rate, [sample('HAProxy', 1)]), none);
  assert.deepEqual(ratioOf(rate, [sample('relay', 1), sample('no balancer', 1)]), none);
  assert.deepEqual(ratioOf(cost, [sample('relay', 1, 'cost'), sample('HAProxy', 0, 'cost')]), none);
  assert.deepEqual(ratioOf({ ...rate, context: true }, [sample('relay', 1), sample('HAProxy', 1)]), none);
});

test('a peer that could not be measured has no summary', () => {
  const [comparison] = compare({ figures: [rate] }, [
    { peer: 'HAProxy', rotation: 0, values: {}, others: 0, failure: 'it ended' },
    sample('relay', 3),
  ]);
  assert.deepEqual(Object.keys(comparison?.summaries ?? {}), ['relay']);
});

test('a figure may need more than to equal that of the better rival, or less', () => {
  const values = (name: string, own: number) => [
    sample('relay', own, name),
    sample('nginx stream', 10, name),
  ];
  const cases = [
    [{ ...rate, needed: 3 }, 30, true],
    [{ ...rate, needed: 3 }, 29, false],
    [{ ...cost, needed: 2 }, 5, true],
    [{ ...cost, needed: 2 }, 6, false],
    [{ ...rate, needed: 0.95 }, 9.5, true],
    [{ ...rate, needed: 0.95 }, 9.4, false],
    [{ ...cost, needed: 0.95 }, 10.5, true],
    [{ ...cost, needed: 0.95 }, 10.6, false],
  ] as const;
  for (const [figure, own, expected] of cases)
    assert.equal(ratioOf(figure, values(figure.name, own)).reached, expected, `${figure.name} ${own}`);
});

test('a line is measured with the usual peers, unless it names others', () => {
  const names = ['relay', 'plain relay', 'earlier', 'HAProxy', 'nginx stream', 'no balancer'] as const;
  const of = (line: Parameters<typeof takesPart>[0]) => names.filter((name) => takesPart(line, name));
  assert.deepEqual(of({ withoutBalancer: false }), ['relay', 'earlier', 'HAProxy', 'nginx stream']);
  assert.deepEqual(of({ withoutBalancer: true }), [
    'relay',
    'earlier',
    'HAProxy',
    'nginx stream',
    'no balancer',
  ]);
  const peers = { names: ['relay', 'plain relay'], why: 'so' } as const;
  assert.deepEqual(of({ withoutBalancer: true, peers }), ['relay', 'plain relay']);
});
