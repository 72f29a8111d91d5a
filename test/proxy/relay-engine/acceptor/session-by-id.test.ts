import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allocateIds,
  forgetEndpoint,
  viewIds,
} from '../../../../proxy/relay-engine/acceptor/connection-ids/ids-memory.ts';
import { ENDPOINT } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { onSessionDeadline } from '../../../../proxy/relay-engine/acceptor/session-state.ts';
import { ECONNREFUSED } from '../../../../proxy/sys/sys.ts';
import { Random } from '../../../crds/random.ts';
import { randomInput } from '../../quic/corpus.ts';
import { long } from '../../quic/examples.ts';
import { allocate, CLIENT_ID, FIRST_ID, HASH_KEY, id, initial, quicBench, short, V1 } from './quic-bench.ts';

test('a client whose address changes keeps its endpoint, and is answered at its new address', () => {
  using bench = quicBench();
  const endpoint = bench.connect(bench.client(), id('one'));
  for (let i = 0; i < 4; i++) {
    const moved = bench.client();
    bench.send(moved, short(id('one'), 'still here'));
    assert.equal(bench.hasDatagram(endpoint), true);
    bench.answer(endpoint, 'welcome back');
    assert.equal(bench.receive(moved), 'welcome back');
    assert.equal(bench.reached(moved, short(id('one'))), endpoint);
    assert.equal(bench.receive(bench.endpoints[endpoint] as number), undefined);
  }
  assert.deepEqual([bench.ids('Learned'), bench.ids('ConnectionId'), bench.ids('NotFound')], [1, 4, 0]);
});

test('a client that was silent for too long keeps its endpoint, although its session has ended', () => {
  using bench = quicBench();
  const { acceptor } = bench;
  const client = bench.client();
  const endpoint = bench.connect(client, id('one'));
  acceptor.now += acceptor.connections.idleTicks[0] as number;
  onSessionDeadline(acceptor, 0);
  acceptor.connections.recycle();
  assert.deepEqual([bench.sessions(), bench.closes('SessionIdle')], [0, 1]);
  assert.equal(bench.reached(client, short(id('one'))), endpoint);
  assert.equal(bench.ids('ConnectionId'), 1);
});

test('without stickiness a client whose address changes may get another endpoint', () => {
  using bench = quicBench(null);
  const endpoint = bench.connect(bench.client(), id('one'));
  assert.equal(bench.reached(bench.client(), short(id('one'))), 1 - endpoint);
});

test('an acceptor finds the IDs that another one has learned', () => {
  const shared = allocate();
  using first = quicBench({}, shared);
  using second = quicBench({}, shared);
  const endpoint = first.connect(first.client(), id('one'));
  second.send(second.client(), short(id('one'), 'elsewhere'));
  const got = first.receive(first.endpoints[endpoint] as number);
  assert.equal(got, short(id('one'), 'elsewhere').toString('latin1'));
  assert.equal(second.ids('ConnectionId'), 1);
});

for (const [name, packet] of [
  ['of a Retry', long(3, V1, CLIENT_ID, id('one'), Buffer.alloc(30))],
  ['of Version Negotiation', long(0, 0, CLIENT_ID, id('one'), Buffer.alloc(8))],
  ['of a malformed packet', long(2, V1, CLIENT_ID, id('one'), Buffer.of(0x40, 200))],
] as const)
  test(`the connection ID ${name} is not learned`, () => {
    using bench = quicBench();
    const client = bench.client();
    bench.send(client, initial(FIRST_ID));
    bench.answer(0, packet);
    bench.send(client, initial(id('one')));
    bench.answer(0, short(CLIENT_ID, 'handshake done'));
    assert.equal(bench.ids('Learned'), 0);
  });

test('a client is found that uses the ID that was learned in no packet', () => {
  using bench = quicBench();
  const client = bench.client();
  const endpoint = bench.connect(client, id('one'), id('two'));
  assert.equal(bench.reached(client, short(id('two'))), endpoint);
  assert.equal(bench.reached(bench.client(), short(id('two'))), endpoint);
  assert.deepEqual([bench.ids('Learned'), bench.ids('Changed'), bench.ids('ConnectionId')], [1, 1, 1]);
});

test('connection IDs of a version that is not known are learned, as RFC 8999 allows', () => {
  using bench = quicBench();
  const client = bench.client();
  const grease = 0x1a2a3a4a;
  bench.send(client, long(0, grease, FIRST_ID, CLIENT_ID, Buffer.alloc(30)));
  bench.answer(0, long(0, grease, CLIENT_ID, id('one'), Buffer.alloc(30)));
  bench.send(client, long(1, grease, id('one'), CLIENT_ID, Buffer.alloc(30)));
  bench.answer(0, short(CLIENT_ID, 'handshake done'));
  assert.equal(bench.reached(bench.client(), short(id('one'))), 0);
});

test('whatever clients and endpoints send is passed on, and harms nothing', () => {
  using bench = quicBench({ serverId: { offset: 0, length: 1 } }, allocate(), { descriptorLimit: 1000 });
  const random = new Random(11);
  const clients: [number, ...number[]] = [
    bench.client(),
    bench.client('127.0.0.2'),
    bench.client('127.0.0.3'),
  ];
  let passed = 0;
  for (let i = 0; i < 3000; i++) {
    const client = random.pick(clients);
    const data = randomInput(random);
    bench.send(client, data);
    const at = bench.endpoints.findIndex((_, endpoint) => bench.hasDatagram(endpoint));
    if (at < 0) continue;
    if (random.chance(0.5)) bench.answer(at, randomInput(random));
    else assert.equal(bench.receive(bench.endpoints[at] as number), data.toString('latin1'));
    for (const each of clients) while (bench.receive(each) !== undefined);
    passed++;
  }
  assert.ok(passed > 2500, `${passed}`);
  assert.ok(bench.ids('Learned') > 10, `${bench.ids('Learned')}`);
});

test('connection IDs shorter than four bytes are not learned, and counted', () => {
  using bench = quicBench();
  bench.connect(bench.client(), Buffer.from('abc'));
  assert.deepEqual([bench.ids('Learned'), bench.ids('Unusable')], [0, 1]);
});

test('new connections are balanced, whatever ID they begin with', () => {
  using bench = quicBench();
  const endpoint = bench.connect(bench.client(), id('one'));
  assert.equal(bench.reached(bench.client(), initial(id('one'))), 1 - endpoint);
  assert.equal(bench.ids('ConnectionId'), 0);
});

test('a client is also found by the ID that it has changed to, and no longer by the one before', () => {
  using bench = quicBench();
  const client = bench.client();
  const endpoint = bench.connect(client, id('one'));
  for (const next of ['two', 'three']) assert.equal(bench.reached(client, short(id(next))), endpoint);
  assert.deepEqual([bench.ids('Learned'), bench.ids('Changed')], [1, 2]);
  assert.equal(bench.reached(bench.client(), short(id('three'))), endpoint);
  assert.equal(bench.ids('ConnectionId'), 1);
  for (const old of ['one', 'two']) bench.send(bench.client(), short(id(old)));
  assert.equal(bench.ids('NotFound'), 2);
});

test('with a server ID a client is found by an ID that was never seen', () => {
  using bench = quicBench({ serverId: { offset: 1, length: 2 } });
  const ids = ['.AA', '.BB'].map(
    (server) => [id(`${server}-1`), id(`${server}-2`), id(`${server}-3`)] as const,
  );
  const endpoints = ids.map(([first]) => bench.connect(bench.client(), first));
  assert.deepEqual(endpoints, [0, 1]);
  for (const [i, [, unseen, another]] of ids.entries()) {
    const moved = bench.client();
    assert.equal(bench.reached(moved, short(unseen)), endpoints[i]);
    assert.equal(bench.reached(moved, short(unseen)), endpoints[i]);
    assert.equal(bench.reached(moved, short(another)), endpoints[i]);
  }
  assert.deepEqual([bench.ids('ServerId'), bench.ids('NotFound'), bench.ids('ServerIdContested')], [2, 0, 0]);
});

test('a server ID that two endpoints use is counted, and is the last one’s', () => {
  using bench = quicBench({ serverId: { offset: 0, length: 4 } });
  bench.connect(bench.client(), id('same-one'));
  const last = bench.connect(bench.client(), id('same-two'));
  assert.equal(bench.ids('ServerIdContested'), 1);
  assert.equal(bench.reached(bench.client(), short(id('same-new'))), last);
});

test('two connections of one client address each reach their own endpoint', () => {
  using bench = quicBench();
  const [first, second] = [bench.client(), bench.client()];
  assert.deepEqual([bench.connect(first, id('one')), bench.connect(second, id('two'))], [0, 1]);
  for (let i = 0; i < 3; i++) {
    assert.equal(bench.reached(first, short(id('two'))), 1, 'the second connection, from the first address');
    assert.equal(bench.reached(first, short(id('one'))), 0);
  }
  assert.deepEqual([bench.sessions(), bench.ids('ConnectionId')], [3, 1]);
});

test('an ID leads to no endpoint that has gone, nor to the next one in its slot', () => {
  const shared = allocate();
  using bench = quicBench({}, shared);
  const endpoint = bench.connect(bench.client(), id('one'));
  bench.adopt(bench.tableWith({ version: 2, left: [endpoint] }));
  bench.send(bench.client(), short(id('one')));
  assert.equal(bench.ids('NotFound'), 1);
  bench.adopt(bench.tableWith({ version: 3 }));
  assert.equal(bench.reached(bench.client(), short(id('one'))), endpoint, 'it is back');
  forgetEndpoint(viewIds(shared), endpoint);
  bench.send(bench.client(), short(id('one')));
  assert.equal(bench.ids('NotFound'), 2);
});

test('an ID leads to an endpoint that takes no new sessions', () => {
  using bench = quicBench();
  const endpoint = bench.connect(bench.client(), id('one'));
  const [backend] = bench.table.backends;
  assert.ok(backend);
  const full = { ...backend, policy: { ...backend.policy, maxConnectionsPerEndpoint: 1 } };
  bench.adopt(bench.tableWith({ version: 2, backends: [full] }));
  assert.equal(bench.reached(bench.client(), short(id('one'))), endpoint);
});

test('an endpoint that wants a PROXY header gets one of the new address, too', () => {
  using bench = quicBench();
  const [backend] = bench.table.backends;
  assert.ok(backend);
  const proxyProtocol = { version: 'V2', checksum: false, uniqueId: false, tls: [] } as const;
  const wanting = { ...backend, policy: { ...backend.policy, proxyProtocol } };
  bench.adopt(bench.tableWith({ version: 2, backends: [wanting] }));
  const endpoint = bench.connect(bench.client('127.0.0.2'), id('one'));
  bench.send(bench.client('127.0.0.3'), short(id('one'), 'moved'));
  const got = Buffer.from(bench.receive(bench.endpoints[endpoint] as number) ?? '', 'latin1');
  assert.equal(got.subarray(16, 20).join('.'), '127.0.0.3');
  assert.deepEqual(got.subarray(28), short(id('one'), 'moved'));
});

test('the IDs of a session whose endpoint fails lead there no longer', () => {
  using bench = quicBench();
  const client = bench.client();
  const endpoint = bench.connect(client, id('one'));
  bench.sys.close(bench.endpoints[endpoint] as number);
  bench.send(client, short(id('one')));
  bench.events();
  assert.equal(bench.reached(client, short(id('one'))), 1 - endpoint);
  assert.equal(bench.reached(client, short(id('one'))), 1 - endpoint);
  bench.send(bench.client(), short(id('one')));
  assert.deepEqual([bench.ids('ConnectionId'), bench.sessions()], [0, 2]);
});

test('a session that one refusal has moved to another endpoint goes back where an ID leads', () => {
  const failing = new Set<number>();
  const socketError = (fd: number): number => (failing.delete(fd) ? ECONNREFUSED : 0);
  using bench = quicBench({}, allocate(), { sys: { socketError } });
  const { connections } = bench.acceptor;
  const [client, other] = [bench.client(), bench.client()];
  assert.deepEqual([bench.connect(client, id('one')), bench.connect(other, id('two'))], [0, 1]);
  for (const name of ['three', 'four']) assert.equal(bench.connect(other, id(name)), 1);
  assert.equal(bench.reached(client, short(id('two'))), 1);
  const session = bench.sessions() - 1;
  for (const [used, next] of [
    ['two', 'three'],
    ['three', 'four'],
  ] as const) {
    failing.add(connections.fd[session * 2 + ENDPOINT] as number);
    bench.events();
    assert.equal(bench.reached(client, short(id(used))), 0, 'it has been refused');
    for (let i = 0; i < 2; i++) assert.equal(bench.reached(client, short(id(next))), 1);
  }
  assert.equal(bench.reached(client, short(id('one'))), 0);
  assert.equal(bench.sessions(), 3);
});

test('of the connections at one client address the newest eight are known', () => {
  using bench = quicBench();
  const client = bench.client();
  const endpoint = bench.connect(client, id('id 0'));
  for (let i = 1; i < 9; i++) assert.equal(bench.connect(client, id(`id ${i}`)), endpoint);
  assert.equal(bench.ids('Learned'), 9);
  bench.send(bench.client(), short(id('id 0')));
  assert.equal(bench.ids('NotFound'), 1);
  for (let i = 1; i < 9; i++) assert.equal(bench.reached(bench.client(), short(id(`id ${i}`))), endpoint);
});

test('the ID of a session that is in use stays known, however many others come', () => {
  using bench = quicBench({}, allocateIds(8, 64, 8, HASH_KEY), { descriptorLimit: 1000 });
  const { acceptor } = bench;
  const endpoint = bench.connect(bench.client(), id('busy'));
  const session = 0;
  for (let i = 0; i < 40; i++) {
    acceptor.now += 10;
    bench.connect(bench.client(`127.0.1.${i}`), id(`id ${i}`));
    if (i % 5 !== 0) continue;
    acceptor.connections.lastActive[session] = acceptor.now;
    onSessionDeadline(acceptor, session);
  }
  assert.equal(bench.reached(bench.client('127.0.2.1'), short(id('busy'))), endpoint);
  bench.send(bench.client('127.0.2.2'), short(id('id 1')));
  assert.deepEqual([bench.ids('ConnectionId'), bench.ids('NotFound')], [1, 1]);
});
