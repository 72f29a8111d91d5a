import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { emptyHello } from '../../../proxy/tls/client-hello.ts';
import { readHello } from '../../../proxy/tls/read-hello.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { giveInput } from '../../../tooling/process/give-input.ts';
import { Random } from '../../crds/random.ts';
import { selfSigned } from '../certificates.ts';
import { randomHello, realHellos } from '../tls/corpus.ts';
import { message, record } from '../tls/hellos.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { ProxyProcess } from './proxy-process.ts';

const CLIENT_MS = 30_000;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const MALFORMED = 100;

const identity = selfSigned(['a.test']);
const folder = new CertificateFolder();
let proxy: ProxyProcess;
/** OpenSSL as a server without a proxy. */
let bare: Server;
let ports: Readonly<Record<'passed' | 'strict' | 'ended' | 'empty', number>>;

before(async () => {
  await folder.write('a', identity);
  const [passed, strict, ended, empty] = (await freePorts(4)) as [number, number, number, number];
  ports = { passed, strict, ended, empty };
  bare = createServer({ cert: identity.certificate, key: identity.key, minVersion: 'TLSv1.2' });
  bare.on('tlsClientError', () => undefined);
  bare.listen(0, '127.0.0.1');
  await once(bare, 'listening');
  const routes = [{ hostnames: ['a.test'], backend: 'b' }];
  const certificateFiles = [folder.files('a')];
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'passed', port: passed, tls: { mode: 'Passthrough', routes } },
      {
        name: 'strict',
        port: strict,
        backend: 'b',
        tls: { mode: 'Terminate', certificateFiles, strictSni: true },
      },
      { name: 'ended', port: ended, backend: 'b', tls: { mode: 'Terminate', certificateFiles } },
      {
        name: 'empty',
        port: empty,
        backend: 'b',
        tls: { mode: 'Terminate', certificateFiles: [folder.files('none')] },
      },
    ],
    backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: 1 }] }],
  });
});

after(async () => {
  await proxy?.stop();
  bare?.close();
  folder[Symbol.dispose]();
});

/** All that a program says, however it ends. */
const saidBy = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile(program, args, { timeout: CLIENT_MS }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    giveInput(child, '');
  });

const REFUSED = [
  ['passed', 'unknown.test', /unrecognized name/],
  ['strict', 'unknown.test', /unrecognized name/],
  ['empty', 'a.test', /handshake failure/],
] as const;

for (const [listener, name, why] of REFUSED)
  test(`openssl and curl say why listener ${listener} refuses ${name}`, async () => {
    const port = ports[listener];
    for (const version of ['-tls1_2', '-tls1_3'])
      assert.match(
        await saidBy('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name, version]),
        why,
      );
    assert.match(
      await saidBy('curl', ['-ksS', '--resolve', `${name}:${port}:127.0.0.1`, `https://${name}:${port}/`]),
      why,
    );
  });

/** What a server answers to a client that has no more than these bytes. */
const answerTo = async (port: number, bytes: Uint8Array): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const parts: Buffer[] = [];
  let how = 'end';
  socket.on('data', (data: Buffer) => parts.push(data));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    how = error.code ?? error.message;
  });
  socket.setTimeout(CLIENT_MS, () => socket.destroy(new Error('silence')));
  socket.end(bytes);
  await once(socket, 'close').catch(() => undefined);
  return `${Buffer.concat(parts).toString('hex')} ${how}`;
};

test('where TLS ends here, a malformed hello gets the alert that OpenSSL gives, and an end in order', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = new Random(SEED);
  const real = await realHellos();
  const hello = emptyHello();
  const alerts = new Map<string, number>();
  for (let found = 0; found < MALFORMED; ) {
    const bytes = randomHello(random, real);
    if (readHello(bytes, bytes.length, hello) !== 'Malformed') continue;
    const theirs = await answerTo((bare.address() as AddressInfo).port, bytes);
    if (!/^15/.test(theirs)) continue; // it would wait for the rest
    found++;
    const ours = await answerTo(ports.ended, bytes);
    assert.equal(ours, theirs, `SEED=${SEED} ${bytes.toString('hex')}`);
    alerts.set(ours, (alerts.get(ours) ?? 0) + 1);
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(alerts)));
});

test('a message of TLS that is no hello is refused with an alert that says so, and an end in order', async () => {
  const notHello = record(message(2, Buffer.alloc(40)));
  for (const port of [ports.passed, ports.ended])
    assert.equal(await answerTo(port, notHello), '1503030002020a end');
});
