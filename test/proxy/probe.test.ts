import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { probe, runProbe } from '../../proxy/probe.ts';
import { freePort } from '../../tooling/process/free-ports.ts';

const serve = async (t: TestContext, host: string, answer: RequestListener): Promise<number> => {
  const server = createServer(answer).listen(0, host);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

for (const [listens, admin] of [
  ['127.0.0.1', { host: '127.0.0.1' }],
  ['::1', { host: '::1' }],
  ['::', {}],
  ['::', { host: '::' }],
  ['0.0.0.0', { host: '0.0.0.0' }],
] as const)
  test(`a proxy whose admin endpoint listens on ${listens}, probed at ${JSON.stringify(admin)}, is found ready`, async (t) => {
    const requested: string[] = [];
    const port = await serve(t, listens, (request, response) => {
      requested.push(request.url ?? '');
      response.end('ok');
    });
    assert.equal(await probe({ ...admin, port }), undefined);
    assert.deepEqual(requested, ['/readyz']);
  });

test('probing a proxy that is not ready returns the reason', async (t) => {
  const port = await serve(t, '127.0.0.1', (_, response) => {
    response.writeHead(503).end('The proxy is shutting down.\n');
  });
  assert.equal(await probe({ port }), 'The proxy is shutting down.');
});

test('probing an address where no proxy answers returns a message with the address', async () => {
  const port = await freePort();
  const message = new RegExp(
    `^No proxy answers at 127\\.0\\.0\\.1:${port}: connect ECONNREFUSED .*L4B_ADMIN`,
  );
  assert.match((await probe({ port })) ?? '', message);
});

test('probing a proxy that accepts but never answers times out', async (t) => {
  const port = await serve(t, '127.0.0.1', () => undefined);
  assert.match((await probe({ port })) ?? '', /no answer within 2 s/);
});

const run = async (argv: readonly string[], env: Readonly<Record<string, string>>) => {
  const lines: string[] = [];
  const code = await runProbe(['--probe', ...argv], env, { write: (text) => lines.push(text) });
  return { code, text: lines.join('') };
};

test('--probe takes the admin address from --admin, else from L4B_ADMIN', async (t) => {
  const port = await serve(t, '127.0.0.1', (_, response) => response.end('ok'));
  const here = `127.0.0.1:${port}`;
  const elsewhere = `127.0.0.1:${await freePort()}`;
  assert.deepEqual(await run([], { L4B_ADMIN: here }), { code: 0, text: '' });
  assert.deepEqual(await run(['--admin', here], { L4B_ADMIN: elsewhere }), { code: 0, text: '' });
  assert.equal((await run([], { L4B_ADMIN: elsewhere })).code, 1);
});

test('--probe rejects invalid arguments without sending a request', async () => {
  const { code, text } = await run(['--admim', ':1'], { L4B_ADMIN: '9901' });
  assert.equal(code, 2);
  assert.match(
    text,
    /^--admim: no such flag; did you mean --admin\?\nL4B_ADMIN: expected an address and port/s,
  );
});
