import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { Random } from '../../crds/random.ts';
import { howItEnded } from './client.ts';
import { type EndpointServer, greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

let folder: string;
let greets: EndpointServer;
let port: number;
let proxy: ProxyProcess;

const path = (name: string): string => join(folder, name);

/** Atomically replaces a list. */
const write = async (name: string, lines: readonly string[]): Promise<void> => {
  await writeFile(path(`${name}.new`), lines.join('\n'));
  await rename(path(`${name}.new`), path(name));
};

/** The same, and waits until every acceptor goes by it. */
const serve = (name: string, lines: readonly string[]): Promise<void> =>
  proxy.serve(() => write(name, lines));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l4b-lists-'));
  greets = await startEndpoint(greet('hello'));
  port = await freePort();
  await write('offices', ['allow 127.0.0.0/8']);
  await write('blocked', ['deny 127.0.0.7']);
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'web', port, backend: 'web', sources: { fromFiles: [path('offices'), path('blocked')] } },
    ],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: greets.port }] }],
  });
});

after(async () => {
  await proxy?.stop();
  await greets?.close();
  await rm(folder, { recursive: true, force: true });
});

const answerTo = async (address: string): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address });
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  const how = await howItEnded(socket);
  socket.destroy();
  return text === '' ? how : text;
};

const findings = async () =>
  (await proxy.status()).findings.map(({ code, listener, message }) => ({ code, listener, message }));

test('the proxy is ready only with its lists, and no client is refused for one that is still being read', async () => {
  assert.equal(await answerTo('127.0.0.1'), 'hello');
  assert.equal(await answerTo('127.0.0.7'), 'ECONNRESET');
});

test('the status has the lists, how many ranges they have, and their age', async () => {
  const { listeners, sourceLists = [] } = await proxy.status();
  assert.deepEqual(listeners[0]?.sources, { allow: 1, deny: 1 });
  assert.deepEqual(
    sourceLists.map(({ name, allow, deny }) => [name, allow, deny]),
    [
      [path('offices'), 1, undefined],
      [path('blocked'), undefined, 1],
    ],
  );
  for (const { ageMs } of sourceLists) assert.ok(ageMs !== undefined && ageMs >= 0);
});

test('a changed list takes effect without a new process', async () => {
  await serve('blocked', ['# as of today', 'deny 127.0.0.8']);
  assert.equal(await answerTo('127.0.0.8'), 'ECONNRESET');
  assert.equal(await answerTo('127.0.0.7'), 'hello');
});

test('a hundred thousand ranges are read, and every acceptor goes by them', async (t) => {
  const random = new Random(5);
  const lines = Array.from(
    { length: 100_000 },
    () => `deny 10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(0, 255)}`,
  );
  const written = performance.now();
  await serve('blocked', [...lines, 'deny 127.0.0.9']);
  t.diagnostic(`every acceptor goes by them after ${Math.round(performance.now() - written)} ms`);
  for (let i = 0; i < 40; i++) assert.equal(await answerTo('127.0.0.9'), 'ECONNRESET');
  assert.equal(await answerTo('127.0.0.8'), 'hello');
});

test('an invalid entry is reported with its line, and the last valid list stays in effect', async () => {
  await serve('blocked', ['deny 127.0.0.8']);
  await write('blocked', ['deny 127.0.0.9', 'deny 127.0.0.1/8']);
  await proxy.until('reporting the entry', async () => (await findings()).length === 1);
  const [found] = await findings();
  assert.deepEqual([found?.code, found?.listener], ['SourceListInvalid', 'web']);
  assert.match(
    String(found?.message),
    /blocked, line 2: "127\.0\.0\.1\/8" has bits beyond its prefix length: write 127\.0\.0\.0\/8 .* stays in effect\.$/,
  );
  assert.equal(await answerTo('127.0.0.8'), 'ECONNRESET');
  assert.equal(await answerTo('127.0.0.9'), 'hello');
  const { sourceLists = [] } = await proxy.status();
  assert.deepEqual(
    sourceLists.map(({ unusableForMs }) => unusableForMs !== undefined),
    [false, true],
  );
  const list = path('blocked');
  assert.equal(await proxy.metric('l4balancer_source_list_unusable', { list }), 1);
  assert.equal(await proxy.metric('l4balancer_source_list_ranges', { list, action: 'deny' }), 1);
});

test('a list that is removed stays in effect and is reported, until it is back', async () => {
  await rm(path('offices'));
  await proxy.until('reporting the file', async () =>
    (await findings()).some(({ code }) => code === 'SourceListMissing'),
  );
  assert.equal(await answerTo('127.0.0.1'), 'hello');
  await write('offices', ['allow 127.0.0.1']);
  await write('blocked', []);
  await proxy.until('reporting nothing', async () => (await findings()).length === 0);
  await proxy.untilServed();
  for (const { unusableForMs } of (await proxy.status()).sourceLists ?? [])
    assert.equal(unusableForMs, undefined);
  assert.equal(await answerTo('127.0.0.1'), 'hello');
  assert.equal(await answerTo('127.0.0.2'), 'ECONNRESET');
});
