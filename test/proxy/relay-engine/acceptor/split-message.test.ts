import assert from 'node:assert/strict';
import { test } from 'node:test';
import { id, quicBench, short } from './quic-bench.ts';

const latin1 = (data: readonly Buffer[]): string[] => data.map((one) => one.toString('latin1'));

test('datagrams that the kernel has merged reach the endpoints that their IDs lead to', () => {
  using bench = quicBench();
  const [client, other] = [bench.client(), bench.client()];
  assert.deepEqual([bench.connect(client, id('one')), bench.connect(other, id('two'))], [0, 1]);
  const order = ['one', 'one', 'two', 'one', 'two', 'two', 'one'];
  const data = order.map((name, i) => short(id(name), `${i}`));
  bench.sendMerged(client, data);
  const of = (name: string) => latin1(data.filter((_, i) => order[i] === name));
  assert.deepEqual(bench.received(), [of('one'), of('two')]);
  assert.equal(bench.sessions(), 3);
});

test('a merged datagram whose session is refused goes nowhere, and takes the place of no other', () => {
  using bench = quicBench();
  const [client, other] = [bench.client(), bench.client()];
  assert.deepEqual([bench.connect(client, id('one')), bench.connect(other, id('two'))], [0, 1]);
  const [listener] = bench.tableWith().listeners;
  assert.ok(listener);
  bench.adopt(bench.tableWith({ version: 2, listeners: [{ ...listener, leaving: true }] }));
  const data = ['one', 'two', 'one'].map((name, i) => short(id(name), `${i}`));
  bench.sendMerged(client, data);
  assert.deepEqual(bench.received(), [latin1([data[0] as Buffer, data[2] as Buffer]), []]);
  assert.equal(bench.drops('ListenerLeaving'), 1);
});

test('merged datagrams with server IDs that begin alike reach their own endpoints', () => {
  using bench = quicBench({ serverId: { offset: 1, length: 8 } });
  const idOf = (server: number, text: string): Buffer<ArrayBuffer> => Buffer.from(`.server-${server}${text}`);
  const [client, other] = [bench.client(), bench.client()];
  assert.equal(bench.connect(client, idOf(0, 'one')), 0);
  assert.equal(bench.connect(other, idOf(1, 'two')), 1);
  const data = [0, 1, 0, 1, 1].map((server, i) => short(idOf(server, `n-${i}`)));
  bench.sendMerged(client, data);
  const of = (...indexes: number[]) => latin1(indexes.map((i) => data[i] as Buffer));
  assert.deepEqual(bench.received(), [of(0, 2), of(1, 3, 4)]);
});

test('of a merged message whose client is refused all is dropped at once', () => {
  using bench = quicBench();
  bench.connect(bench.client(), id('known'));
  bench.adopt(bench.tableWith({ version: 2, backends: [] }));
  const data = Array.from({ length: 20 }, (_, i) => short(id(`${i}`)));
  bench.sendMerged(bench.client(), data);
  assert.deepEqual([bench.drops('NoEndpoint'), bench.closes('NoEndpoint')], [20, 1]);
  assert.equal(bench.acceptor.datagrams.strangers, 1);
});

test('each attempt to begin a session for a datagram of a message counts', () => {
  using bench = quicBench();
  const [client, other] = [bench.client(), bench.client()];
  assert.deepEqual([bench.connect(client, id('one')), bench.connect(other, id('two'))], [0, 1]);
  const [listener] = bench.tableWith().listeners;
  assert.ok(listener);
  bench.adopt(bench.tableWith({ version: 2, listeners: [{ ...listener, leaving: true }] }));
  bench.sendMerged(
    client,
    ['one', 'two', 'two', 'two'].map((name) => short(id(name))),
  );
  assert.equal(bench.acceptor.datagrams.strangers, 3);
});
