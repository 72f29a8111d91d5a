import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdingOf, shortages } from '../../../cli/capacity/holding.ts';
import { capacityLines } from '../../../cli/capacity/lines.ts';
import { styleOf } from '../../../cli/print/style.ts';
import { balancer, endpoint, reading } from '../known.ts';

const plan = (more: object = {}) =>
  balancer({
    capacity: {
      connections: 10_000,
      connectionsPerCore: 5000,
      replicas: 2,
      cores: 1,
      memory: '512Mi',
      fileDescriptors: 11_000,
      sourcePorts: 28_000,
      endpoints: 1,
      howComputed: '2 replicas of 1 core.',
      ...more,
    },
  });
const replica = (open: number, held: number) =>
  reading([endpoint('10.0.0.1', { sourcePortsLeft: 500 }), endpoint('10.0.0.2', { sourcePortsLeft: 90 })], {
    listeners: [{ name: 'web', port: 80, backend: 'web', open, accepted: open, closed: 0 }],
    descriptors: { held, limit: 11_000, left: 11_000 - held },
  });

const PLAIN = { width: undefined, style: styleOf(false) };

test('what a balancer holds is the sum over its replicas, and the scarcest endpoint counts', () => {
  const holding = holdingOf(
    plan(),
    new Map([
      ['p', replica(100, 200)],
      ['q', replica(50, 100)],
    ]),
  );
  assert.deepEqual([holding.planned, holding.asked, holding.open], [10_000, undefined, 150]);
  assert.deepEqual(
    holding.replicas.map(({ descriptorsHeld, sourcePortsLeft }) => [descriptorsHeld, sourcePortsLeft]),
    [
      [200, 90],
      [100, 90],
    ],
  );
  assert.deepEqual(shortages(holding), []);
});

const SHORT: readonly {
  readonly name: string;
  readonly given: Parameters<typeof holdingOf>;
  readonly says: RegExp;
}[] = [
  {
    name: 'more is asked for than it can hold',
    given: [plan({ asked: 20_000 }), new Map()],
    says: /asked to hold 20000 connections, and can hold 10000/,
  },
  {
    name: 'it is nearly full',
    given: [plan(), new Map([['p', replica(9500, 0)]])],
    says: /holds 9500 of 10000 connections/,
  },
  {
    name: 'a replica has used nearly all descriptors',
    given: [plan(), new Map([['p', replica(1, 10_500)]])],
    says: /Pod p has 10500 of 11000 file descriptors/,
  },
];

for (const { name, given, says } of SHORT)
  test(`when ${name}, that is said`, () => {
    const found = shortages(holdingOf(...given));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', says);
  });

test('a balancer that the operator has not calculated is shown as such', () => {
  const lines = capacityLines(holdingOf(balancer(), new Map([['p', replica(3, 200)]])), PLAIN);
  assert.equal(lines[0], 'shop/edge: the operator has not calculated what it holds, 3 are open');
});

test('a replica that is missing in the sum is named, with the reason, in lines and in documents', () => {
  const silent = { kind: 'None', code: 'Unreachable', why: 'nothing listens there' } as const;
  const holding = holdingOf(
    plan(),
    new Map([
      ['p', replica(3, 200)],
      ['q', silent],
    ]),
  );
  assert.deepEqual(holding.problems, ['Cannot ask q: nothing listens there']);
  assert.equal(capacityLines(holding, PLAIN).at(-1), '! Cannot ask q: nothing listens there');
});

for (const width of [80, 200])
  test(`lines fit into ${width} columns`, () => {
    const holding = holdingOf(
      plan({ asked: 20_000 }),
      new Map([['l4b-edge-7f6c-2kxq', replica(9500, 10_900)]]),
    );
    for (const line of capacityLines(holding, { width, style: styleOf(false) }))
      assert.ok(line.length <= width, line);
  });
