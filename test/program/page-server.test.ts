import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PAGE_LIMITS } from '../../program/page-limits.ts';
import { jsonPage, ListenRefused, type Pages, startPageServer, textPage } from '../../program/page-server.ts';
import { allCutOff, closedByServer, serversMade } from './slow-clients.ts';

const HERE = { host: '127.0.0.1', port: 0 };
const PAGES: Pages = {
  '/': () => textPage(200, 'ok'),
  '/sick': () => textPage(503, '1 of 2 acceptors died.'),
  '/data': (query) => jsonPage({ a: query.has('more') ? 2 : 1 }),
  '/broken': () => Promise.reject(new Error('no')),
};

const serve = async (run: (url: string, errors: unknown[]) => Promise<void>): Promise<void> => {
  const errors: unknown[] = [];
  const server = await startPageServer({
    address: HERE,
    pages: PAGES,
    onError: (error) => errors.push(error),
  });
  try {
    await run(`http://127.0.0.1:${server.port}`, errors);
  } finally {
    await server.close();
  }
};

const TABLE: readonly (readonly [request: string, status: number, text: string])[] = [
  ['GET /', 200, 'ok\n'],
  ['HEAD /', 200, ''],
  ['GET /?verbose=1', 200, 'ok\n'],
  ['GET /sick', 503, '1 of 2 acceptors died.\n'],
  ['GET /data', 200, '{\n  "a": 1\n}\n'],
  ['GET /data?more', 200, '{\n  "a": 2\n}\n'],
  ['GET /nowhere', 404, 'No such page; available pages: / /sick /data /broken\n'],
  ['GET /__proto__', 404, 'No such page; available pages: / /sick /data /broken\n'],
  ['POST /', 405, 'Only GET and HEAD are supported.\n'],
  ['POST /nowhere', 404, 'No such page; available pages: / /sick /data /broken\n'],
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

test('each connection ends with its answer', () =>
  serve(async (url) => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    const ended = once(socket, 'close', { signal: AbortSignal.timeout(PAGE_LIMITS.requestMs) });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    await ended;
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*\r\n\r\nok\n$/is);
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
  const server = await startPageServer({
    address: HERE,
    pages,
    onError: () => {},
    limits: { ...PAGE_LIMITS, stalledMs: STALLED_MS },
  });
  const ask = () => {
    const socket = net.connect(server.port, '127.0.0.1');
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
    await closedByServer(server.port, silent);
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
    await server.close();
  }
});

test('a client that does not complete a request, or sends none, is disconnected', async () => {
  const limits = { ...PAGE_LIMITS, requestMs: 500 };
  const server = await startPageServer({ address: HERE, pages: PAGES, onError: () => {}, limits });
  try {
    await allCutOff(server.port);
  } finally {
    await server.close();
  }
});

test('the limits apply by default', (t) => {
  const made = serversMade(t);
  return serve(async (url) => {
    assert.equal(made()[0]?.timeout, PAGE_LIMITS.stalledMs);
    await allCutOff(Number(new URL(url).port));
  });
});

// test/program/standstill.test.ts stops the programs themselves, which meet one order of events or the other.
test('a request that came while the process was busy for longer than the limit is answered', () =>
  serve(async (url) => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    // Answered after the first connection was taken, whose time runs from then on.
    assert.equal((await fetch(url)).status, 200);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    const ended = once(socket, 'close', { signal: AbortSignal.timeout(4 * PAGE_LIMITS.requestMs) });
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAGE_LIMITS.requestMs + 1500);
    await ended;
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  }));

test('an error of accepting clients is passed on, and the pages are still served', async (t) => {
  const made = serversMade(t);
  await serve(async (url, errors) => {
    const error = new Error('accept ENFILE');
    // What Node does when the kernel refuses to accept: nothing but an exhausted machine makes it do so.
    for (const server of made()) server.emit('error', error);
    assert.deepEqual(errors, [error]);
    assert.equal((await fetch(url)).status, 200);
  });
});

const refused = (address: { host: string; port: number }, isTaken: boolean, text: RegExp) =>
  assert.rejects(
    startPageServer({ address, pages: PAGES, onError: () => {} }),
    (error) => error instanceof ListenRefused && error.isTaken === isTaken && text.test(error.message),
  );

test('an address that is in use, or that this machine does not have, is refused with the reason', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await refused({ host: '127.0.0.1', port }, true, /^another program listens there$/);
  other.close();
  await refused({ host: '192.0.2.1', port: 0 }, false, /^this machine has no such address$/);
});
