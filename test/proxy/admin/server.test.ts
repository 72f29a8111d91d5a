import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PAGE_LIMITS } from '../../../program/page-limits.ts';
import { json, type Pages, probe, startAdmin } from '../../../proxy/admin/server.ts';
import { ProxyError } from '../../../proxy/errors/proxy-error.ts';
import { allCutOff, limitsInForce } from '../../program/slow-clients.ts';

const PAGES: Pages = {
  '/': () => probe(undefined),
  '/sick': () => probe('1 of 2 acceptors died.'),
  '/data': (query) => json({ a: query.has('more') ? 2 : 1 }),
  '/broken': () => Promise.reject(new Error('no')),
};

const serve = async (run: (url: string, errors: unknown[]) => Promise<void>): Promise<void> => {
  const errors: unknown[] = [];
  const admin = await startAdmin({ host: '127.0.0.1', port: 0 }, PAGES, (error) => errors.push(error));
  try {
    await run(`http://127.0.0.1:${admin.port}`, errors);
  } finally {
    await admin.close();
  }
};

const TABLE: readonly (readonly [request: string, status: number, text: string])[] = [
  ['GET /', 200, 'ok\n'],
  ['HEAD /', 200, ''],
  ['GET /?verbose=1', 200, 'ok\n'],
  ['GET /sick', 503, '1 of 2 acceptors died.\n'],
  ['GET /data', 200, '{\n  "a": 1\n}\n'],
  ['GET /data?more', 200, '{\n  "a": 2\n}\n'],
  ['GET /nowhere', 404, 'No such page: there are / /sick /data /broken\n'],
  ['GET /__proto__', 404, 'No such page: there are / /sick /data /broken\n'],
  ['POST /', 405, 'Only GET and HEAD are supported.\n'],
  ['POST /nowhere', 404, 'No such page: there are / /sick /data /broken\n'],
  ['GET /broken', 500, 'The page could not be generated; see the log.\n'],
];

test('each request is answered with its status and text', () =>
  serve(async (url) => {
    for (const [request, status, text] of TABLE) {
      const [method = '', path = ''] = request.split(' ');
      const response = await fetch(url + path, { method });
      assert.deepEqual([response.status, await response.text()], [status, text], request);
      if (status === 405) assert.equal(response.headers.get('allow'), 'GET, HEAD');
    }
  }));

test('the error of a page that throws is passed to the log', () =>
  serve(async (url, errors) => {
    await (await fetch(`${url}/broken`)).text();
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      ['no'],
    );
  }));

/** More than the socket buffers hold. */
const PAGE_BYTES = 32 * 1024 * 1024;
/** Longer than this process is stalled on a busy machine. */
const STALLED_MS = 3000;

test('a client that reads nothing of the answer is disconnected, and one that reads slowly is not', async () => {
  const pages: Pages = {
    '/': () => ({ status: 200, type: 'text/plain', text: 'x'.repeat(PAGE_BYTES) }),
  };
  const admin = await startAdmin({ host: '127.0.0.1', port: 0 }, pages, () => {}, {
    ...PAGE_LIMITS,
    stalledMs: STALLED_MS,
  });
  const ask = () => {
    const socket = net.connect(admin.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    return socket;
  };
  const [silent, slow] = [ask(), ask()];
  const begun = performance.now();
  let read = 0;
  slow.on('data', (part: Buffer) => {
    read += part.length;
    slow.pause();
    setTimeout(() => slow.resume(), 10);
  });
  try {
    await once(slow, 'close', { signal: AbortSignal.timeout(60_000) });
    assert.ok(read > PAGE_BYTES, `${read} bytes`);
    assert.ok(performance.now() - begun > STALLED_MS, 'the client was not slow');
    // The data left in the kernel is less than the page.
    let kept = 0;
    silent.on('data', (part: Buffer) => {
      kept += part.length;
    });
    await once(silent, 'close', { signal: AbortSignal.timeout(20_000) });
    assert.ok(kept < PAGE_BYTES, `${kept} bytes`);
  } finally {
    silent.destroy();
    slow.destroy();
    await admin.close();
  }
});

test('a client that does not complete a request, or sends none, is disconnected', async () => {
  const limits = { ...PAGE_LIMITS, headersMs: 500, requestMs: 500 };
  const admin = await startAdmin({ host: '127.0.0.1', port: 0 }, PAGES, () => {}, limits);
  try {
    await allCutOff(admin.port);
  } finally {
    await admin.close();
  }
});

test('the limits apply by default', (t) => {
  const limits = limitsInForce(t);
  return serve(async () => assert.deepEqual(limits(), [PAGE_LIMITS]));
});

const refused = (address: { host?: string; port: number }, code: string, text: RegExp) =>
  assert.rejects(
    startAdmin(address, PAGES, () => {}),
    (error) => error instanceof ProxyError && error.code === code && text.test(error.message),
  );

test('an address that is in use is reported with what to do', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await refused(
    { host: '127.0.0.1', port },
    'AdminAddressTaken',
    /another program listens there.*--admin or L4B_ADMIN/,
  );
  other.close();
});

test('an address that this machine does not have is reported with what to do', () =>
  refused(
    { host: '192.0.2.1', port: 0 },
    'AdminAddressRefused',
    /this machine has no such address.*L4B_ADMIN/,
  ));
