import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { proxyStart } from '../../bench/peers/as-image.ts';
import { endWithThis } from '../../end-with-this.ts';
import { startProgram } from '../program.ts';
import { askOnce, dialClient } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const MANY = 10_000;
/** The most user-space memory that one idle connection may use. */
const BYTES_PER_CONNECTION = 1024;

/** An endpoint in a process, and so with descriptors, of its own: accepts, holds, and answers nothing. */
const KEEPER = `
const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.stdout.write(server.address().port + '\\n'));
`;

/** Bytes of the proxy's resident memory for each idle connection, of as many as its descriptors allow. */
const measure = async (port: number, note: (text: string) => void, endpoint: number): Promise<number> => {
  // Without the flags of the image the young generation of a thread may grow by more than is measured.
  const { flags } = proxyStart(REPOSITORY);
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'many', port, backend: 'many' }],
      backends: [{ name: 'many', endpoints: [{ address: '127.0.0.1', port: endpoint }] }],
    },
    { flags },
  );
  const clients: Socket[] = [];
  try {
    // A relayed connection uses two descriptors of the proxy.
    const limit = await proxy.metric('l4balancer_descriptors_limit');
    const count = Math.min(MANY, Math.floor(limit / 2));
    // Warm up with a tenth, so that code and tables are loaded before memory is compared.
    const warm = Math.floor(count / 10);
    while (clients.length < warm) clients.push(await dialClient(port));
    await proxy.until('warm', async () => (await proxy.open()) === warm);
    const before = await proxy.memory();
    while (clients.length < count) {
      const batch = Math.min(200, count - clients.length);
      clients.push(...(await Promise.all(Array.from({ length: batch }, () => dialClient(port)))));
    }
    await proxy.until('holding all connections', async () => (await proxy.open()) === count);
    const now = await proxy.memory();
    const each = (now.now - before.now) / (count - warm);
    note(
      `${count} connections (${limit} descriptors): ${Math.round(each)} bytes of resident memory for each`,
    );
    for (const client of clients) client.destroy();
    await proxy.until('empty', async () => (await proxy.open()) === 0);
    return each;
  } finally {
    for (const client of clients) client.destroy();
    await proxy.stop();
  }
};

/**
 * How often memory is measured: what a garbage collection has left for later, or the compiler has just made,
 * may be megabytes. What connections need is there each time.
 */
const TRIES = 3;

test('ten thousand connections, or as many as descriptors allow, stay open at a kilobyte each', async (t) => {
  const keeper = spawn(process.execPath, ['-e', KEEPER], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(keeper);
  t.after(() => keeper.kill());
  const [line] = (await once(keeper.stdout, 'data')) as [Buffer];
  const found: number[] = [];
  while (found.length < TRIES && !found.some((each) => each < BYTES_PER_CONNECTION)) {
    const [port] = (await freePorts(1)) as [number];
    found.push(await measure(port, (text) => t.diagnostic(text), Number(line.toString())));
  }
  assert.ok(Math.min(...found) < BYTES_PER_CONNECTION, `${found} bytes per connection`);
});

test('a proxy without free descriptors neither busy-loops nor dies, and accepts again once there are some', async () => {
  const endpoint = await startEndpoint((socket) => {
    socket.write('hello');
    socket.on('end', () => socket.end()).resume();
  });
  const quick = await startEndpoint(greet('quick'));
  const [port, quickPort] = (await freePorts(2)) as [number, number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [
        { name: 'held', port, backend: 'held' },
        { name: 'quick', port: quickPort, backend: 'quick' },
      ],
      backends: [
        { name: 'held', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] },
        { name: 'quick', endpoints: [{ address: '127.0.0.1', port: quick.port }] },
      ],
    },
    { wrap: ['prlimit', '--nofile=160:160'] },
  );
  const clients: Socket[] = [];
  try {
    for (let i = 0; i < 150; i++) {
      const client = await dialClient(port);
      client.on('error', () => undefined); // reset for lack of descriptors, which this test is about
      client.resume();
      clients.push(client);
    }
    await proxy.until('short of descriptors', async () =>
      (await proxy.status()).findings.some(({ path }) => path === 'spec.tuning.fileDescriptors'),
    );
    assert.ok((await fetch(`http://${proxy.admin}/healthz`)).ok, 'a full proxy must stay healthy');
    const before = await proxy.cpuMs();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.ok((await proxy.cpuMs()) - before < 400, 'a lack of descriptors must not cause a busy loop');
    for (const client of clients) client.destroy();
    let answer = '';
    await proxy.until('serving again', async () => {
      answer = await askOnce(quickPort).catch(() => '');
      return answer === 'quick';
    });
    assert.equal(answer, 'quick');
  } finally {
    for (const client of clients) client.destroy();
    await proxy.stop();
    await endpoint.close();
    await quick.close();
  }
});

test('the admin endpoint of a full proxy with many acceptors, slow health checks and few descriptors answers every request', async () => {
  // Sends nothing, so connections stay open, and so does every check until its timeout.
  const silent = await startEndpoint((socket) => socket.on('end', () => socket.end()).resume(), '0.0.0.0');
  const [port] = (await freePorts(1)) as [number];
  const checked = Array.from({ length: 200 }, (_, i) => ({ address: `127.0.2.${i + 1}`, port: silent.port }));
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'held', port, backend: 'held' }],
      backends: [
        { name: 'held', endpoints: [{ address: '127.0.0.1', port: silent.port }] },
        { name: 'slow', endpoints: checked, healthCheck: { type: 'HTTP', interval: '5s', timeout: '5s' } },
      ],
    },
    { wrap: ['prlimit', '--nofile=512:512'], env: { NUM_ACCEPTORS: '16' } },
  );
  const clients: Socket[] = [];
  try {
    for (let i = 0; i < 300; i++) {
      const client = await dialClient(port);
      client.on('error', () => undefined); // reset for lack of descriptors, which this test is about
      client.resume();
      clients.push(client);
    }
    await proxy.until('full', async () => (await proxy.metric('l4balancer_descriptors_left')) < 2);
    const pages = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 'healthz' : 'metrics'));
    const answers = await Promise.all(pages.map((page) => fetch(`http://${proxy.admin}/${page}`)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    await Promise.all(answers.map((answer) => answer.text()));
    const closed = { reason: 'NoDescriptors' };
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', closed), 0);
    assert.equal(
      await proxy.metric('l4balancer_health_checks_total', { result: 'not_made' }).catch(() => 0),
      0,
    );
  } finally {
    for (const client of clients) client.destroy();
    await proxy.stop();
    await silent.close();
  }
});

test('clients that all end their prefaces at the same time take nothing that is kept for the admin endpoint', async () => {
  const server = await startEndpoint((socket) => socket.resume(), '0.0.0.0');
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [
        {
          name: 'late',
          port,
          backend: 'late',
          proxyProtocol: { trustedSources: ['127.0.0.1'] },
          handshake: '60s',
        },
      ],
      backends: [{ name: 'late', endpoints: [{ address: '127.0.0.1', port: server.port }] }],
    },
    { wrap: ['prlimit', '--nofile=512:512'] },
  );
  const limit = await proxy.metric('l4balancer_descriptors_limit');
  const clients: Socket[] = [];
  try {
    // In its preface a connection holds one of the two descriptors that it needs.
    while (clients.length < limit - 4) {
      const client = await dialClient(port);
      client.on('error', () => undefined);
      client.resume();
      clients.push(client);
    }
    await proxy.until('all of them accepted', async () => (await proxy.open()) === clients.length);
    for (const client of clients) client.write('PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n');
    const lacking = () => proxy.metric('l4balancer_connections_closed_total', { reason: 'NoDescriptors' });
    await proxy.until(
      'all prefaces read',
      async () => server.accepted() + (await lacking()) >= clients.length,
    );
    assert.ok((await lacking()) > 0, 'there were enough descriptors for all');
    const held = await proxy.metric('l4balancer_descriptors_held');
    // Two acceptors have two each to spare for clients that both accept at the same time.
    assert.ok(held <= limit + 4, `${held} of ${limit} are held, so some of the reserve`);
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => fetch(`http://${proxy.admin}/healthz`)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  } finally {
    for (const client of clients) client.destroy();
    await proxy.stop();
    await server.close();
  }
});

test('a proxy with too few descriptors for its acceptors reports this and exits', async () => {
  const manifest = new URL('../../../crds/samples/standalone.yaml', import.meta.url).pathname;
  const program = startProgram(
    ['--config', manifest, '--admin', '127.0.0.1:0', '--acceptors', '16'],
    {},
    {
      wrap: ['prlimit', '--nofile=200:200'],
    },
  );
  assert.equal(await program.ended, 1);
  assert.match(
    program.stderr(),
    /^The file descriptor limit is 200, but a proxy with 16 acceptors needs at least 244/m,
  );
});
