import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../../cluster/access/certificates.ts';
import { ChildError, runChild } from '../../tooling/process/child.ts';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import type { TlsPlan, TlsResult } from './load/tls/plan.ts';
import { listens } from './measure/listening.ts';
import { joined } from './measure/tls.ts';
import { measureUntil } from './measure-until.ts';

const programOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { certificate: cert, key } = createAuthority('Bench').issue({
  commonName: 'bench.example',
  altNames: ['bench.example'],
});

const between = (value: number, least: number, most: number): boolean => value >= least && value <= most;

const load = async (server: Server, change: Partial<TlsPlan>): Promise<TlsResult> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const plan: TlsPlan = {
    ...{ kind: 'Connections', address: '127.0.0.1', port: (server.address() as AddressInfo).port },
    ...{ connections: 4, groups: 'X25519', serverName: 'bench.example', seconds: 0.4 },
    ...change,
  };
  try {
    return JSON.parse(
      await runChild([process.execPath, programOf('load/tls/program.ts'), JSON.stringify(plan)]),
    );
  } finally {
    server.close();
  }
};

/** A web server that answers each request with two bytes, and closes where the client asks for it. */
const web = (options: TlsOptions = {}, onRequest = (): void => {}): Server =>
  createHttpsServer({ ...options, cert, key }, (_, response) => {
    onRequest();
    response.end('ok');
  });

test('each connection has a full handshake and one answered request', async () => {
  const result = await measureUntil(
    (seconds) => load(web(), { kind: 'Connections', seconds }),
    ({ answered }) => answered > 8,
  );
  assert.deepEqual(result.failures, {});
  // At the end, some of the four have no answer yet.
  assert.ok(between(result.handshakes - result.answered, 0, 4), JSON.stringify(result));
  assert.equal(result.resumed, 0);
});

test('a slot resumes the session of its last connection', async () => {
  const result = await measureUntil(
    (seconds) => load(web(), { kind: 'Resumed', seconds }),
    ({ answered }) => answered > 8,
  );
  assert.deepEqual(result.failures, {});
  assert.equal(result.resumed, result.handshakes - 4, JSON.stringify(result));
});

test('requests over connections that stay open need one handshake for each connection', async () => {
  let requests = 0;
  const result = await measureUntil(
    (seconds) => {
      requests = 0;
      return load(
        web({}, () => requests++),
        { kind: 'Requests', seconds },
      );
    },
    ({ answered }) => answered > 40,
  );
  assert.deepEqual(result.failures, {});
  assert.equal(result.handshakes, 4);
  assert.ok(between(requests - result.answered, 0, 4), `${requests} ${JSON.stringify(result)}`);
});

test('what is uploaded has arrived when the generator ends', async () => {
  let arrived = 0;
  const sink = (): Server =>
    createServer({ cert, key }, (socket) => {
      socket.on('data', (data) => {
        arrived += data.length;
      });
    });
  const result = await measureUntil(
    (seconds) => {
      arrived = 0;
      return load(sink(), { kind: 'Upload', seconds });
    },
    ({ bytes }) => bytes > 1e6,
  );
  assert.deepEqual(result.failures, {});
  assert.equal(arrived, result.bytes);
});

test('what is downloaded is counted by the client', async () => {
  const chunk = Buffer.alloc(100_000);
  const source = (): Server =>
    createServer({ cert, key }, (socket) => {
      const more = (): void => {
        while (socket.write(chunk));
      };
      socket.on('drain', more).on('error', () => socket.destroy());
      more();
    });
  const result = await measureUntil(
    (seconds) => load(source(), { kind: 'Download', seconds }),
    ({ bytes }) => bytes > 1e6,
  );
  assert.deepEqual(result.failures, {});
});

test('a server without the groups that are offered is a failure with the reason of OpenSSL', async () => {
  const server = web({ ecdhCurve: 'P-256' });
  server.on('tlsClientError', () => {});
  const result = await load(server, {});
  assert.equal(result.answered, 0);
  assert.deepEqual(Object.keys(result.failures), ['ssl/tls alert handshake failure']);
});

test('a name that is no group is refused', async () => {
  await assert.rejects(load(web(), { groups: 'X26519' }), (error) => {
    assert.ok(error instanceof ChildError);
    assert.match(error.lastLines.join('\n'), /OpenSSL has no groups X26519/);
    return true;
  });
});

test('the results of several generators are added, and their longest time counts', () => {
  const one = { answered: 1, bytes: 2, handshakes: 3, resumed: 1, cpuSeconds: 0.5 };
  assert.deepEqual(
    joined([
      { ...one, seconds: 2, failures: { ECONNRESET: 1 } },
      { ...one, seconds: 3, failures: { ECONNRESET: 2, EPIPE: 1 } },
    ]),
    {
      ...{ seconds: 3, answered: 2, bytes: 4, handshakes: 6, resumed: 2, cpuSeconds: 1 },
      failures: { ECONNRESET: 3, EPIPE: 1 },
    },
  );
});

test('the endpoint of bulk lines reads a stream to its end, or sends one', async () => {
  const [port, source] = (await freePorts(2)) as [number, number];
  const program = programOf('endpoints/stream-server.ts');
  const children = [
    spawn(process.execPath, [program, '127.0.0.1', String(port), 'Sink'], { stdio: 'inherit' }),
    spawn(process.execPath, [program, '127.0.0.1', String(source), 'Source'], { stdio: 'inherit' }),
  ];
  try {
    for (const one of [port, source])
      await until('the endpoint to be ready', () => listens(process.pid, one, 'tcp'));
    const up = connect({ port, host: '127.0.0.1' });
    up.resume().end(Buffer.alloc(1_000_000));
    await once(up, 'end', { signal: AbortSignal.timeout(5_000) });
    const down = connect({ port: source, host: '127.0.0.1' });
    let received = 0;
    for await (const data of down) {
      received += (data as Buffer).length;
      if (received > 1_000_000) break;
    }
    assert.ok(received > 1_000_000);
  } finally {
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});
