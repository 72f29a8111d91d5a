import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type History, type Now, nextHistory } from '../../../operator/history/next-history.ts';
import type { Served } from '../../../operator/history/served.ts';

const EMPTY: History = { entries: [], base: undefined };
const NOTHING: Served = { generation: 1, by: 'None', podRevision: undefined };

const now = (minute: number, port: number, served: Partial<Served>, more: Partial<Now> = {}): Now => ({
  spec: { listeners: [{ name: 'web', port }] },
  paused: false,
  ownImage: undefined,
  rendering: { renderRevision: 'r3', renderedImage: 'proxy:1' },
  writers: [],
  served: { ...NOTHING, ...served },
  time: `2026-11-23T12:${String(minute).padStart(2, '0')}:00Z`,
  ...more,
});

const play = (moments: readonly Now[], from: History = EMPTY): History =>
  moments.reduce((history, moment) => nextHistory(history, moment), from);

const CREATED = now(0, 80, { generation: 1, by: 'All', podRevision: '1' });

/** What an entry says, without its times. */
const told = ({ entries }: History): readonly string[] =>
  entries.map(
    ({ generation, generations, podRevision, servedAt, what }) =>
      `${generation}${generations === undefined ? '' : ` (${generations})`} pods ${podRevision ?? '?'} ${servedAt === undefined ? 'some' : 'all'}: ${what}`,
  );

test('an entry comes with the first replica that serves a generation, and says when all do', () => {
  const history = play([
    CREATED,
    now(1, 81, { generation: 2, by: 'None' }),
    now(2, 81, { generation: 2, by: 'Some', podRevision: '1' }),
    now(3, 81, { generation: 2, by: 'All', podRevision: '1' }),
    now(4, 81, { generation: 2, by: 'Some', podRevision: '1' }),
  ]);
  assert.deepEqual(told(history), ['2 pods 1 all: listener web: port 80 → 81', '1 pods 1 all: created']);
  const [head] = history.entries;
  assert.deepEqual([head?.time, head?.servedAt], ['2026-11-23T12:02:00Z', '2026-11-23T12:03:00Z']);
});

test('nothing changes while the same is served', () => {
  const first = play([CREATED]);
  assert.deepEqual(play([now(9, 80, CREATED.served)], first), first);
});

test('generations that no replica was seen to serve are covered by the next one', () => {
  const moments = Array.from({ length: 20 }, (_, at) => now(at, 80 + at, { generation: 2 + at }));
  const last = now(30, 99, { generation: 21, by: 'All', podRevision: '1' });
  assert.deepEqual(told(play([CREATED, ...moments, last])), [
    '21 (20) pods 1 all: listener web: port 80 → 99',
    '1 pods 1 all: created',
  ]);
});

test('the pods that a change of the spec rolls out belong to its entry', () => {
  const history = play([
    CREATED,
    now(1, 81, { generation: 2, by: 'Some' }),
    now(2, 81, { generation: 2, by: 'Some', podRevision: '2' }),
    now(3, 81, { generation: 2, by: 'All', podRevision: '2' }),
  ]);
  assert.deepEqual(told(history), ['2 pods 2 all: listener web: port 80 → 81', '1 pods 1 all: created']);
});

test('pods that are replaced without a change of the spec are an entry, with what the operator changed', () => {
  const rendering = { renderRevision: 'r4', renderedImage: 'proxy:2' };
  const history = play([
    CREATED,
    now(1, 80, { generation: 1, by: 'Some', podRevision: '1' }, { rendering }),
    now(2, 80, { generation: 1, by: 'Some', podRevision: '2' }, { rendering }),
    now(3, 80, { generation: 1, by: 'All', podRevision: '2' }, { rendering }),
    now(4, 80, { generation: 1, by: 'All', podRevision: '3' }, { rendering }),
  ]);
  assert.deepEqual(told(history), [
    '1 pods 3 all: pods replaced',
    '1 pods 2 all: pods replaced: image proxy:1 → proxy:2, pod template r3 → r4',
    '1 pods 1 all: created',
  ]);
});

test('after a restart the history goes on, and what changed meanwhile is said not to be known', () => {
  const before = play([CREATED, now(1, 81, { generation: 2, by: 'All', podRevision: '1' })]);
  const restarted: History = { entries: before.entries, base: undefined };
  const same = now(2, 81, { generation: 2, by: 'None' });
  const next = now(3, 82, { generation: 3, by: 'All', podRevision: '1' });
  assert.match(told(play([same, next], restarted))[0] ?? '', /^3 .* port 81 → 82$/);
  assert.match(told(play([next], restarted))[0] ?? '', /^3 .*: spec changed while no operator was there/);
});

test('a history that begins late says so', () => {
  assert.deepEqual(told(play([now(0, 80, { generation: 7, by: 'All', podRevision: '4' })])), [
    '7 pods 4 all: served when this history began',
  ]);
});

test('a change while the resource is paused says what stays as it is', () => {
  const paused = { paused: true };
  const history = play([
    now(0, 80, { generation: 1, by: 'All', podRevision: '1' }, paused),
    now(1, 81, { generation: 2, by: 'All', podRevision: '1' }, paused),
  ]);
  assert.match(told(history)[0] ?? '', /port 80 → 81; pods and other objects stay as they are: paused$/);
});

test('ten entries are kept, the newest', () => {
  const moments = Array.from({ length: 30 }, (_, at) =>
    now(at, 80 + at, { generation: 2 + at, by: 'All', podRevision: '1' }),
  );
  const { entries } = play([CREATED, ...moments]);
  assert.equal(entries.length, 10);
  assert.deepEqual([entries[0]?.generation, entries[9]?.generation], [31, 22]);
});
