import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAddressSet } from '../../../../proxy/address-set/build.ts';
import {
  ENTRY,
  entriesOf,
  entryAt,
  viewIds,
} from '../../../../proxy/relay-engine/acceptor/connection-ids/ids-memory.ts';
import { allocate, CLIENT_ID, FIRST_ID, handshake, id, initial, quicBench, short } from './quic-bench.ts';

test('connection IDs are not learned of a client that is silent: its source may be forged', () => {
  using bench = quicBench();
  const client = bench.client();
  bench.send(client, initial(FIRST_ID));
  bench.answer(0, initial(CLIENT_ID, id('one')));
  bench.answer(0, short(CLIENT_ID, 'early data'));
  assert.equal(bench.ids('Learned'), 0);
  bench.send(client, handshake(id('one'), CLIENT_ID));
  assert.equal(bench.ids('Learned'), 0, 'the endpoint has not accepted it');
  bench.answer(0, short(CLIENT_ID, 'handshake done'));
  assert.equal(bench.ids('Learned'), 1);
});

test('who makes up IDs in a session adds no server IDs', () => {
  const shared = allocate();
  using bench = quicBench({ serverId: { offset: 0, length: 4 } }, shared);
  const client = bench.client();
  const endpoint = bench.connect(client, id('real-one'));
  const { servers } = viewIds(shared);
  const entries = (): number =>
    Array.from({ length: entriesOf(servers) }, (_, i) => servers[entryAt(i) + ENTRY.State]).filter(Boolean)
      .length;
  assert.equal(entries(), 1);
  for (let i = 0; i < 50; i++)
    assert.equal(bench.reached(client, short(id(`no${i}!`.padEnd(8, 'x')))), endpoint);
  assert.deepEqual([bench.ids('Changed'), entries()], [50, 1]);
  bench.send(bench.client(), short(id('no1!-new')));
  assert.deepEqual([bench.ids('ServerId'), bench.ids('NotFound')], [0, 1]);
  assert.equal(bench.reached(bench.client(), short(id('real-new'))), endpoint);
});

test('who makes up IDs at a new address adds none, and removes none of those that are known', () => {
  using bench = quicBench();
  const endpoint = bench.connect(bench.client(), id('one'));
  const observer = bench.client();
  bench.send(observer, short(id('one')));
  for (let i = 0; i < 20; i++) {
    bench.send(observer, short(id(`no ${i}`)));
    bench.answer(endpoint, short(CLIENT_ID, 'stateless reset'));
  }
  bench.received();
  assert.equal(bench.ids('Changed'), 0);
  for (let i = 0; i < 20; i++) bench.send(bench.client(), short(id(`no ${i}`)));
  assert.equal(bench.ids('NotFound'), 20);
  bench.received();
  assert.equal(bench.reached(bench.client(), short(id('one'))), endpoint);
});

test('who has a connection of his own removes no ID of another one’s at the same endpoint', () => {
  using bench = quicBench();
  const [victim, other] = [bench.client(), bench.client()];
  assert.deepEqual([bench.connect(victim, id('one')), bench.connect(other, id('other'))], [0, 1]);
  const observer = bench.client();
  assert.equal(bench.connect(observer, id('own')), 0);
  const late = bench.client();
  bench.send(late, short(id('one')));
  assert.equal(bench.connect(late, id('late')), 0);
  for (const client of [observer, late]) {
    bench.send(client, short(id('one')));
    bench.answer(0, short(CLIENT_ID, 'an answer to something else'));
    for (let i = 0; i < 5; i++) bench.send(client, short(id(`no ${i}`)));
    bench.received();
    assert.equal(bench.reached(bench.client(), short(id('one'))), 0);
  }
  assert.equal(bench.reached(bench.client(), short(id('one'))), 0);
});

test('a client that was found is followed once its endpoint has answered it', () => {
  using bench = quicBench();
  const endpoint = bench.connect(bench.client(), id('one'));
  const moved = bench.client();
  bench.send(moved, short(id('one')));
  bench.answer(endpoint, short(CLIENT_ID, 'a new path'));
  bench.received();
  assert.equal(bench.reached(moved, short(id('two'))), endpoint);
  assert.equal(bench.reached(bench.client(), short(id('two'))), endpoint);
  bench.send(bench.client(), short(id('one')));
  assert.deepEqual([bench.ids('Changed'), bench.ids('NotFound')], [1, 1]);
});

test('whoever is denied is not looked for: no ID is kept in use by it', () => {
  const shared = allocate();
  using bench = quicBench({}, shared);
  const endpoint = bench.connect(bench.client(), id('one'));
  const { ids } = viewIds(shared);
  const usedAt = (): (number | undefined)[] =>
    Array.from({ length: entriesOf(ids) }, (_, i) => ids[entryAt(i) + ENTRY.UsedAt]).filter(Boolean);
  const before = usedAt();
  assert.equal(before.length, 1);
  const [listener] = bench.tableWith().listeners;
  assert.ok(listener);
  const sources = { restricted: false, allow: [], deny: [buildAddressSet(['127.0.0.2/32'])] };
  const policy = { ...listener.policy, sources };
  bench.adopt(bench.tableWith({ version: 2, listeners: [{ ...listener, policy }] }));
  bench.acceptor.now += 100;
  const denied = bench.client('127.0.0.2');
  for (const name of ['one', 'unknown']) bench.send(denied, short(id(name)));
  assert.deepEqual([bench.drops('SourceDenied'), bench.ids('NotFound'), usedAt()], [2, 0, before]);
  const leaving = { ...listener, leaving: true };
  bench.adopt(bench.tableWith({ version: 3, listeners: [leaving] }));
  for (const name of ['one', 'unknown']) bench.send(bench.client(), short(id(name)));
  assert.deepEqual([bench.drops('ListenerLeaving'), bench.ids('NotFound'), usedAt()], [2, 0, before]);
  bench.adopt(bench.tableWith({ version: 4 }));
  assert.equal(bench.reached(bench.client(), short(id('one'))), endpoint);
  assert.notDeepEqual(usedAt(), before);
});
