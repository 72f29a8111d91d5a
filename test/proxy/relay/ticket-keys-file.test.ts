import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { selfSigned } from '../certificates.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const run = promisify(execFile);
const CLIENT_MS = 20_000;

interface Replica {
  readonly port: number;
  readonly manifest: Manifest;
  readonly proxy: ProxyProcess;
}

const folder = new CertificateFolder();
let endpoint: EndpointServer;
const replicas: Replica[] = [];

/** A block of the page about TLS, run where the keys are. */
const runBlock = async (first: RegExp): Promise<void> => {
  const page = await readFile(new URL('../../../docs/tls.md', import.meta.url), 'utf8');
  const block = [...page.matchAll(/```sh\n([^`]+)```/g)].find(([, body = '']) => first.test(body))?.[1];
  assert.ok(block, `no block ${first}`);
  await run('sh', ['-ec', block], { cwd: folder.folder });
};
const makeKeys = () => runBlock(/^openssl rand -out/);
const rotateKeys = () => runBlock(/^umask 077\n\{ tail -c/);

before(async () => {
  await folder.write('a', selfSigned(['a.test']));
  await makeKeys();
  endpoint = await startEndpoint(echo);
  for (const port of await freePorts(2)) {
    const manifest: Manifest = {
      listeners: [
        {
          name: 'web',
          port,
          backend: 'web',
          tls: {
            mode: 'Terminate',
            certificateFiles: [folder.files('a')],
            ticketKeysFile: join(folder.folder, 'tickets.key'),
          },
        },
      ],
      backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    };
    replicas.push({ port, manifest, proxy: await ProxyProcess.start(manifest) });
  }
});
after(async () => {
  for (const { proxy } of replicas) await proxy.stop();
  await endpoint?.close();
  folder[Symbol.dispose]();
});

/** Connects with a session, if there is one; whether it was resumed, and the session for the next time. */
const visit = async ({ port }: Replica, session?: Buffer) => {
  const client = connect({
    port,
    host: '127.0.0.1',
    servername: 'a.test',
    rejectUnauthorized: false,
    ...(session === undefined ? {} : { session }),
  });
  const signal = AbortSignal.timeout(CLIENT_MS);
  try {
    const [given] = (await once(client, 'session', { signal })) as [Buffer];
    return { session: given, isResumed: client.isSessionReused() };
  } finally {
    client.destroy();
  }
};

/** Makes a change and waits until every acceptor of every replica has it. */
const everywhere = async (change: () => Promise<unknown>): Promise<void> => {
  const [one, other] = replicas.map(({ proxy }) => proxy);
  assert.ok(one && other);
  await one.serve(() => other.serve(change));
};

test('two proxies with one file of ticket keys resume each other’s sessions, through rotations', async () => {
  const [one, other] = replicas as [Replica, Replica];
  let { session, isResumed } = await visit(one);
  assert.equal(isResumed, false);
  for (let rotation = 0; rotation < 4; rotation++) {
    for (const replica of [other, one, other]) {
      ({ session, isResumed } = await visit(replica, session));
      assert.equal(isResumed, true, `after ${rotation} rotations`);
    }
    await everywhere(rotateKeys);
  }
});

test('a file that becomes garbage is told, the keys in use stay, and the next good file is used', async () => {
  const [one, other] = replicas as [Replica, Replica];
  const path = join(folder.folder, 'tickets.key');
  const good = await readFile(path);
  const codes = async ({ proxy }: Replica) => (await proxy.status()).findings.map(({ code }) => code);
  const { session } = await visit(one);
  await writeFile(path, 'garbage');
  for (const replica of replicas)
    await replica.proxy.until('saying so', async () => (await codes(replica)).includes('TicketKeysInvalid'));
  const again = await visit(other, session);
  assert.equal(again.isResumed, true);
  await writeFile(path, good);
  for (const replica of replicas)
    await replica.proxy.until('content again', async () => (await codes(replica)).length === 0);
  await everywhere(rotateKeys);
  assert.equal((await visit(one, again.session)).isResumed, true);
});

test('a proxy whose listener names the file no more has keys of its own', async () => {
  const [one, other] = replicas as [Replica, Replica];
  const [listener] = one.manifest.listeners;
  assert.ok(listener?.tls);
  const { ticketKeysFile: _, ...tls } = listener.tls;
  await one.proxy.serve(() =>
    one.proxy.write(manifestText({ ...one.manifest, listeners: [{ ...listener, tls }] })),
  );
  const { session } = await visit(one);
  assert.equal((await visit(one, session)).isResumed, true);
  assert.equal((await visit(other, session)).isResumed, false);
});

test('keys are shown nowhere', async () => {
  const keys = await readFile(join(folder.folder, 'tickets.key'));
  const [, { proxy }] = replicas as [Replica, Replica];
  const shown = JSON.stringify(await proxy.status()) + proxy.output;
  for (let i = 0; i < 3; i++)
    for (const encoding of ['base64', 'hex', 'latin1'] as const)
      assert.ok(!shown.includes(keys.toString(encoding, i * 80, i * 80 + 12)));
});
