import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { BroadcastChannel } from 'node:worker_threads';
import { CaBundle } from '../../../proxy/certificates/ca-bundle.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { beside } from '../../beside.ts';
import { selfSigned } from '../certificates.ts';
import { tableBackend, tableOf } from '../tables.ts';
import { TLS_FAULTS, type TlsFault, type TlsFaultReport } from './faulty-tls.ts';
import { tlsListener } from './tls-world.ts';

const ACCEPTORS = 2;
const CLIENTS = 16;
const CONNECTIONS = 200;
const ONE_IN = 50;
/** Contexts are made only with some tables, and a session is kept only while its context is in use. */
const RARE: ReadonlySet<TlsFault> = new Set(['serverContext', 'clientContext', 'takeSession']);
const ONE_RARE_IN = 3;
const CHANGE_EVERY_MS = 50;
const MOST_BYTES = 150_000;
const PATTERN = randomBytes(MOST_BYTES);
const ENDPOINT = selfSigned(['0.test', '1.test']);
const CERTIFICATES = [selfSigned(['a.test']), selfSigned(['a.test'])];

/** What a client saw of one connection; 'Cut' if it was told that it was not served to the end. */
type Seen = 'Intact' | 'Cut' | 'Wrong';

/**
 * Sends bytes and then its end of stream, and expects the same bytes. Node's TLS takes a reset for an end:
 * the socket below is looked at. A handshake that fails needs no reset (`mayEnd`): OpenSSL sends an alert,
 * which a fault does not.
 */
const exchange = (port: number, number: number, mayEnd: boolean): Promise<Seen> =>
  new Promise((resolve) => {
    const sent = PATTERN.subarray(0, 1 + ((number * 7919) % MOST_BYTES));
    const [inner, outer] = duplexPair();
    const raw = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
    const options = { socket: inner, servername: 'a.test', rejectUnauthorized: false, allowHalfOpen: true };
    const socket = connect(options);
    const received: Buffer[] = [];
    let wasReset = false;
    const end = (): void => {
      socket.destroy();
      raw.destroy();
      const all = Buffer.concat(received);
      if (!all.equals(sent.subarray(0, all.length))) resolve('Wrong');
      else if (all.length === sent.length) resolve('Intact');
      else resolve(wasReset || (mayEnd && all.length === 0) ? 'Cut' : 'Wrong');
    };
    raw.on('error', () => {
      wasReset = true;
      end();
    });
    outer.pipe(raw);
    raw.pipe(outer);
    socket.on('secureConnect', () => socket.end(sent));
    socket.on('data', (data: Buffer) => received.push(data));
    // Without a context it is told so by an alert.
    socket.on('error', () => {
      if (mayEnd) end();
    });
    socket.on('end', end);
  });

/** An endpoint with TLS that echoes what it receives; returns its port. */
const startEcho = async () => {
  const server = createServer(
    { cert: ENDPOINT.certificate, key: ENDPOINT.key, allowHalfOpen: true },
    (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.pipe(socket);
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1', 4096).unref();
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};

const runWith = async (faults: readonly TlsFault[]) => {
  // A session is kept only as long as its context is in use.
  const tablesPerContext = faults.includes('takeSession') ? 8 : 1;
  const port = await freePort();
  const endpoint = await startEcho();
  const reports: TlsFaultReport[] = [];
  const channel = new BroadcastChannel('faulty-tls-acceptors');
  let onAllReports = (): void => undefined;
  channel.onmessage = (message): void => {
    reports.push((message as unknown as { data: TlsFaultReport }).data);
    if (reports.length === ACCEPTORS) onAllReports();
  };
  process.env.FAULTS = JSON.stringify(faults); // inherited by the threads
  process.env.ONE_IN = `${faults.length === 1 && RARE.has(faults[0] as TlsFault) ? ONE_RARE_IN : ONE_IN}`;
  const worker = new URL('./faulty-tls-worker.ts', import.meta.url);
  const engine = await startEngine({ acceptors: ACCEPTORS, worker, onEvent: () => undefined });
  const table = (change: number) =>
    tableOf(
      [tlsListener(port, [CERTIFICATES[change % 2] as (typeof CERTIFICATES)[0]], {}, { timeoutMs: 60_000 })],
      [
        tableBackend({
          tls: {
            verify: true,
            serverName: `${Math.floor(change / tablesPerContext) % 2}.test`,
            minVersion: 'TLS1.2',
            alpn: [],
          },
          credentials: { caName: 'File/ca.pem', caBundle: new CaBundle([ENDPOINT.certificate]) },
          endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }],
        }),
      ],
    );
  await engine.publish(table(0));
  const seen: Record<Seen, number> = { Intact: 0, Cut: 0, Wrong: 0 };
  const mayEnd = faults.some((fault) => fault === 'serverContext' || fault.startsWith('handshake'));
  let next = 0;
  await beside(
    async (nth) => {
      await engine.publish(table(nth + 1));
      await new Promise((resolve) => setTimeout(resolve, CHANGE_EVERY_MS));
    },
    () =>
      Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          while (next < CONNECTIONS) seen[await exchange(port, next++, mayEnd)]++;
        }),
      ),
  );
  await engine.drained(AbortSignal.timeout(60_000));
  const stats = engine.stats();
  const allReported = new Promise<void>((resolve) => {
    onAllReports = resolve;
  });
  await engine.close();
  await allReported;
  channel.close();
  endpoint.close();
  return { seen, stats, reports };
};

const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0);

const check = async (faults: readonly TlsFault[]) => {
  const { seen, stats, reports } = await runWith(faults);
  const injected = sum(reports, (report) => sum(faults, (fault) => report.injected[fault] ?? 0));
  assert.ok(injected > 0, 'no fault was injected');
  assert.equal(seen.Wrong, 0, `a stream ended in order without its bytes: ${JSON.stringify(seen)}`);
  const isSoft = faults.every((fault) => fault.endsWith('soft') || fault.endsWith('short'));
  if (isSoft) assert.equal(seen.Cut, 0, JSON.stringify(seen));
  const accepted = sum(stats.acceptors, ({ acceptedTotal }) => acceptedTotal);
  const closed = sum(stats.closes, ({ total }) => total);
  assert.equal(accepted, closed, 'each connection ended for exactly one reason');
  assert.equal(stats.descriptors.held, 0, 'descriptors leaked');
  for (const { held, connections, contexts, sessions } of reports)
    assert.deepEqual(
      { held, connections, contexts, sessions },
      { held: 0, connections: 0, contexts: 0, sessions: 0 },
    );
  return { ...seen, injected };
};

for (const fault of TLS_FAULTS)
  test(`nothing leaks, and no stream is cut off unnoticed, when some calls into OpenSSL of this kind fail: ${fault}`, async (t) => {
    t.diagnostic(JSON.stringify(await check([fault])));
  });

test('nothing leaks, and no stream is cut off unnoticed, when calls into OpenSSL of all kinds fail together', async (t) => {
  t.diagnostic(JSON.stringify(await check(TLS_FAULTS)));
});
