import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionId } from '../../../../../proxy/relay-engine/acceptor/connection-ids/connection-id.ts';
import { IdIndex } from '../../../../../proxy/relay-engine/acceptor/connection-ids/id-index.ts';
import {
  allocateIds,
  ENTRY,
  entriesOf,
  entryAt,
  forgetEndpoint,
  forgetListener,
  freeUnfinished,
  idsFor,
  viewIds,
} from '../../../../../proxy/relay-engine/acceptor/connection-ids/ids-memory.ts';
import { Random } from '../../../../crds/random.ts';

const HASH_KEY = { low: 3, high: 5 };
const LISTENER = 0;
const BACKEND = 7;

const id = (text: string): ConnectionId => {
  const bytes = Buffer.from(text);
  const made = new ConnectionId();
  made.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  return made;
};

/** An index of so many entries, as some acceptors see it. */
const indexes = (entries: number, acceptors = 1) => {
  const memory = viewIds(allocateIds(4, 64, entries, HASH_KEY));
  const views = Array.from({ length: acceptors }, (_, acceptor) => new IdIndex(memory.ids, memory, acceptor));
  return { memory, views, index: views[0] as IdIndex };
};

const found = (index: IdIndex, text: string, now = 0, listener = LISTENER): number =>
  index.find(listener, id(text), now) ? index.endpoint : -1;

test('an ID leads to its endpoint and backend, for its listener only, and as a whole only', () => {
  const { index } = indexes(64);
  index.put(LISTENER, id('12345678'), 3, BACKEND, 0);
  assert.equal(found(index, '12345678'), 3);
  assert.equal(index.backend, BACKEND);
  assert.equal(found(index, '12345678', 0, 1), -1, 'another listener');
  for (const other of ['1234567', '12345678\0', '12345679', '']) assert.equal(found(index, other), -1, other);
  index.put(LISTENER, id('12345678'), 5, BACKEND, 0);
  assert.equal(found(index, '12345678'), 5);
  index.remove(LISTENER, id('12345678'));
  assert.equal(found(index, '12345678'), -1);
  index.put(LISTENER, id('12345678'), 4, BACKEND, 0);
  assert.equal(found(index, '12345678'), 4);
});

test('in a full row an ID takes the place of the one that was unused longest', () => {
  const { index } = indexes(8);
  for (let i = 0; i < 8; i++) index.put(LISTENER, id(`id-${i}`), i, BACKEND, i);
  assert.equal(found(index, 'id-0', 8), 0, 'it is used now');
  index.put(LISTENER, id('id-8'), 8, BACKEND, 9);
  const left = Array.from({ length: 9 }, (_, i) => found(index, `id-${i}`, 10));
  assert.deepEqual(left, [0, -1, 2, 3, 4, 5, 6, 7, 8]);
});

test('an ID that was removed is replaced first', () => {
  const { index } = indexes(8);
  for (let i = 0; i < 8; i++) index.put(LISTENER, id(`id-${i}`), i, BACKEND, 100 - i);
  index.remove(LISTENER, id('id-0'));
  index.put(LISTENER, id('new'), 9, BACKEND, 200);
  assert.deepEqual([found(index, 'id-7', 201), found(index, 'new', 201)], [7, 9]);
});

test('IDs of an endpoint whose slot was freed lead nowhere', () => {
  const { index, memory } = indexes(64);
  index.put(LISTENER, id('one.'), 3, BACKEND, 0);
  forgetEndpoint(memory, 3);
  assert.equal(found(index, 'one.'), -1);
  index.put(LISTENER, id('two.'), 3, BACKEND, 0);
  assert.deepEqual([found(index, 'one.'), found(index, 'two.')], [-1, 3]);
});

test('IDs of a listener whose slot has a new owner lead nowhere', () => {
  const { index, memory } = indexes(64);
  index.put(LISTENER, id('one.'), 3, BACKEND, 0);
  index.put(1, id('one.'), 4, BACKEND, 0);
  forgetListener(memory, LISTENER);
  assert.deepEqual([found(index, 'one.'), found(index, 'one.', 0, 1)], [-1, 4]);
  index.put(LISTENER, id('one.'), 5, BACKEND, 0);
  assert.equal(found(index, 'one.'), 5);
});

test('an entry that an acceptor died over is passed over, and free again once that is cleaned up', () => {
  const { index, memory } = indexes(8, 2);
  const half = 2;
  memory.ids[entryAt(half) + ENTRY.State] = -1 - 1;
  for (let i = 0; i < 20; i++) index.put(LISTENER, id(`id-${i}`), i, BACKEND, i);
  assert.equal(memory.ids[entryAt(half) + ENTRY.State], -2);
  freeUnfinished(memory, 0);
  assert.equal(memory.ids[entryAt(half) + ENTRY.State], -2, 'another acceptor has died');
  freeUnfinished(memory, 1);
  index.put(LISTENER, id('more'), 9, BACKEND, 99);
  assert.ok((memory.ids[entryAt(half) + ENTRY.State] as number) > 0);
});

test('cleaning up after an acceptor takes no memory for entries that were never used', () => {
  const memory = viewIds(allocateIds(4, 64, idsFor(1_048_576), HASH_KEY));
  const bytes = memory.ids.byteLength;
  assert.equal(bytes, 32 << 20);
  const before = process.memoryUsage.rss();
  freeUnfinished(memory, 0);
  const taken = process.memoryUsage.rss() - before;
  assert.ok(taken < bytes / 2, `${taken} bytes`);
});

test('whatever acceptors enter and remove in turn, an ID never leads to an endpoint that was not its own', () => {
  const { views } = indexes(256, 3);
  const random = new Random(7);
  const owners = new Map<string, number>();
  for (let step = 0; step < 20_000; step++) {
    const view = views[random.integer(0, 2)] as IdIndex;
    const text = `id-${random.integer(0, 400)}`;
    const endpoint = random.integer(0, 63);
    if (random.chance(0.3)) {
      view.put(LISTENER, id(text), endpoint, BACKEND, step);
      owners.set(text, endpoint);
    } else if (random.chance(0.1)) {
      view.remove(LISTENER, id(text));
      owners.delete(text);
    } else {
      const at = found(view, text, step);
      if (at >= 0) assert.equal(at, owners.get(text), text);
    }
  }
});

test('there is room for four times as many IDs as sessions, within bounds', () => {
  assert.deepEqual([100, 10_000, 1_048_576].map(idsFor), [16_384, 65_536, 524_288]);
  assert.equal(entriesOf(viewIds(allocateIds(1, 1, 16_384, HASH_KEY)).ids), 16_384);
});
