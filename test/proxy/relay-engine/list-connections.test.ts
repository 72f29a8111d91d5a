import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionQuery } from '../../../proxy/engine/open-connections.ts';
import { columnsOf } from '../../../proxy/relay-engine/acceptor/connection-columns.ts';
import { Connections, RELAYING } from '../../../proxy/relay-engine/acceptor/connections.ts';
import { ConnectionLister } from '../../../proxy/relay-engine/connection-lister.ts';
import { Describer } from '../../../proxy/relay-engine/describer.ts';
import { slotKey } from '../../../proxy/relay-engine/endpoint-slots.ts';
import { describe, findConnections } from '../../../proxy/relay-engine/list-connections.ts';
import { SlotRegistry } from '../../../proxy/relay-engine/slot-registry.ts';

const QUERY: ConnectionQuery = {
  listeners: [],
  backends: [],
  endpoints: [],
  clients: undefined,
  olderThanMs: 0,
  order: 'age',
  most: 10,
};

/** An acceptor with so many connections; the one with number i began at `began(i)`. */
const acceptorWith = (many: number, began: (connection: number) => number): Connections => {
  const connections = new Connections();
  for (let i = 0; i < many; i++) {
    const connection = connections.take();
    connections.state[connection] = RELAYING;
    connections.began[connection] = began(i);
  }
  return connections;
};

test('of a hundred thousand connections the ten oldest are found, whatever their order', async () => {
  const many = 50_000;
  const acceptors = [0, 1].map((acceptor) =>
    acceptorWith(many, (i) => 1000 + ((i * 7919) % many) * 2 + acceptor),
  );
  const { found, matched } = await findConnections(acceptors.map(columnsOf), QUERY, new SlotRegistry(), 1e9);
  assert.equal(matched, 2 * many);
  assert.deepEqual(
    found.map(({ began }) => began),
    Array.from({ length: 10 }, (_, i) => 1000 + i),
  );
});

test('other work of the thread is done while many connections are looked through', async () => {
  let turns = 0;
  const columns = columnsOf(acceptorWith(100_000, () => 0));
  const timer = setInterval(() => undefined, 1000);
  const count = (): void => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await findConnections([columns], QUERY, new SlotRegistry(), 1000);
  clearImmediate(next);
  clearInterval(timer);
  assert.ok(turns >= 100_000 / 8192 - 2, `${turns}`);
});

test('a connection that has ended, or whose number is another’s, is not described', async () => {
  const connections = acceptorWith(3, () => 500);
  const columns = columnsOf(connections);
  const registry = new SlotRegistry();
  const { found } = await findConnections([columns], QUERY, registry, 1000);
  const [gone, replaced, stays] = found as [(typeof found)[0], (typeof found)[0], (typeof found)[0]];
  connections.release(gone.connection);
  connections.began[replaced.connection] = 700;
  assert.equal(describe(columns, gone, registry, 1000), undefined);
  assert.equal(describe(columns, replaced, registry, 1000), undefined);
  assert.equal(describe(columns, stays, registry, 1000)?.ageMs, 500);
});

test('a connection whose backend was removed is found by it, since its endpoint names both', async () => {
  const connections = acceptorWith(2, (i) => 100 + i);
  const registry = new SlotRegistry();
  registry.endpoints.take(slotKey('other', '10.0.0.1:80'));
  const endpoint = registry.endpoints.take(slotKey('gone', '10.0.0.2:80'))?.slot ?? -1;
  // The slot that the backend had is another's by now.
  const slot = registry.backends.take('other')?.slot ?? -1;
  connections.backendSlot.fill(slot, 0, 2);
  connections.endpointSlot[0] = endpoint;
  const columns = columnsOf(connections);
  const numbersTo = async (query: Partial<ConnectionQuery>) =>
    (await findConnections([columns], { ...QUERY, ...query }, registry, 1000)).found.map(
      (one) => one.connection,
    );
  assert.deepEqual(await numbersTo({ backends: ['gone'] }), [0]);
  assert.deepEqual(await numbersTo({ backends: ['other'] }), [1]);
  assert.deepEqual(await numbersTo({ endpoints: ['10.0.0.2:80'] }), [0]);
  assert.equal(
    describe(columns, { acceptor: 0, connection: 0, rank: 0, began: 100 }, registry, 1000)?.backend,
    'gone',
  );
});

const listerFor = (readsNames: boolean, serverNames: (many: number) => Promise<readonly string[]>) => {
  const asked: number[] = [];
  const lister = new ConnectionLister({
    registry: new SlotRegistry(),
    columns: () => [columnsOf(acceptorWith(3, () => 0))],
    nowMs: () => 1000,
    readsNames: () => readsNames,
    serverNames: (_, connections) => {
      asked.push(connections.length);
      return serverNames(connections.length);
    },
  });
  return { lister, asked };
};

test('acceptors are asked for names only of connections that may have some', async () => {
  const silent = listerFor(false, async () => []);
  await silent.lister.list(QUERY);
  assert.deepEqual(silent.asked, [0]);
  const named = listerFor(true, async (many) => Array.from({ length: many }, (_, i) => `${i}.test`));
  const listed = await named.lister.list({ ...QUERY, most: 2 });
  assert.deepEqual(named.asked, [2]);
  assert.deepEqual(
    listed?.connections.map(({ serverName }) => serverName),
    ['0.test', '1.test'],
  );
});

test('when many ask at once, the last ones are sent away', async () => {
  const { lister } = listerFor(true, async () => []);
  const answers = await Promise.all(Array.from({ length: 12 }, () => lister.list(QUERY)));
  assert.equal(answers.filter((answer) => answer === undefined).length, 4);
  assert.notEqual(await lister.list(QUERY), undefined);
});

test('an acceptor that does not say names in time leaves them out, and a late answer changes nothing', async () => {
  const describer = new Describer(1);
  let request = 0;
  const names = await describer.ask([1, 2], (message) => {
    if (message.type === 'Describe') request = message.request;
  });
  assert.deepEqual(names, []);
  describer.onDescribed(request, ['late.test']);
  const answered = describer.ask([1], (message) => {
    if (message.type === 'Describe') queueMicrotask(() => describer.onDescribed(message.request, ['a.test']));
  });
  assert.deepEqual(await answered, ['a.test']);
});
