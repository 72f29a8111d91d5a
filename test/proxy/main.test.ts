import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { Status } from '../../report/status.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { readStatus } from '../report/read-status.ts';
import { adminPort, type Program, pollAdmin, startProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-main-'));
const servers: net.Server[] = [];
const clients: net.Socket[] = [];
after(() => {
  for (const client of clients) client.destroy();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** An endpoint that returns each chunk, prefixed with `name`. */
const endpoint = async (name: string): Promise<number> => {
  const server = net.createServer((socket) => {
    clients.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(`${name}:${chunk}`));
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

let files = 0;
const manifest = (listen: number, endpoints: readonly number[], backend = '', path?: string): string => {
  files += 1;
  const file = path ?? join(folder, `${files}.yaml`);
  writeFileSync(
    file,
    `apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners: [{name: web, port: ${listen}, backend: web}]
  backends:
  - name: web
    endpoints: [${endpoints.map((port) => `{address: 127.0.0.1, port: ${port}}`).join(', ')}]
    ${backend}
`,
  );
  return file;
};

const start = async (file: string, env: Readonly<Record<string, string>> = {}) => {
  const program = startProgram(['--config', file, '--admin', '127.0.0.1:0', '--acceptors', '2'], env);
  const admin = await adminPort(program);
  await pollAdmin(admin, '/readyz', (status) => (status === 200 ? true : undefined));
  return { program, admin };
};
const connect = async (port: number): Promise<net.Socket> => {
  const client = net.connect(port, '127.0.0.1');
  clients.push(client);
  await once(client, 'connect');
  return client;
};
const ask = async (client: net.Socket, text: string): Promise<string> => {
  client.write(text);
  return String((await once(client, 'data'))[0]);
};
const statusOf = (admin: number, matches: (status: Status) => boolean): Promise<Status> =>
  pollAdmin(admin, '/status', (_, text) => {
    const status = readStatus(text);
    return matches(status) ? status : undefined;
  });
const stop = async (program: Program): Promise<number | string> => {
  program.child.kill('SIGTERM');
  return program.ended;
};

test('a manifest is served, counted, edited while it is served, and stopped', async () => {
  const [one, two, listen] = [await endpoint('one'), await endpoint('two'), await freePort()];
  const file = manifest(listen, [one]);
  const { program, admin } = await start(file);
  const client = await connect(listen);
  assert.equal(await ask(client, 'hello'), 'one:hello');

  const first = await statusOf(admin, ({ listeners }) => listeners[0]?.open === 1);
  assert.equal(first.ready, true);
  assert.equal(first.acceptors.length, 2);
  assert.deepEqual(first.findings, []);
  assert.equal(first.backends[0]?.endpoints[0]?.port, one);

  manifest(listen, [two], '', file);
  await statusOf(admin, ({ revision }) => revision !== first.revision);
  assert.equal(await ask(await connect(listen), 'hello'), 'two:hello');
  assert.equal(await ask(client, 'still'), 'one:still');
  client.destroy();
  for (const socket of clients) socket.destroy();
  assert.equal(await stop(program), 0);
});

test('a proxy whose endpoint is its own listener reports that, and a client makes only one connection', async (t) => {
  const listen = await freePort();
  const own = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  assert.ok(own !== undefined, 'this machine has no address other than loopback');
  const file = manifest(listen, []);
  writeFileSync(file, readFileSync(file, 'utf8').replace('[]', `[{address: ${own}, port: ${listen}}]`));
  const { program, admin } = await start(file);
  t.after(() => program.child.kill('SIGKILL'));
  const client = net.connect(listen, '127.0.0.1').resume();
  clients.push(client);
  // The connection is reset, as always without endpoints; that may happen before the client knows that it is
  // connected.
  client.on('error', () => {});
  await new Promise((resolve) => client.on('close', resolve));
  const { findings, listeners } = await statusOf(admin, (status) => status.listeners[0]?.open === 0);
  assert.deepEqual(
    findings.map(({ code, backend }) => [code, backend]),
    [['OwnListener', 'web']],
  );
  assert.match(
    findings[0]?.message ?? '',
    new RegExp(`endpoint ${own}:${listen}, .*connections would go in circles`),
  );
  assert.equal(listeners[0]?.accepted, 1);
  assert.equal(await stop(program), 0);
});

test('a manifest that becomes a link to itself is reported in /status, and serving continues', async () => {
  const [port, listen] = [await endpoint('one'), await freePort()];
  const file = manifest(listen, [port]);
  const { program, admin } = await start(file);
  rmSync(file);
  symlinkSync(basename(file), file);
  const bad = await statusOf(admin, ({ findings }) => findings.length > 0);
  assert.match(bad.findings[0]?.message ?? '', /its symbolic links form a loop/);
  assert.equal(await ask(await connect(listen), 'x'), 'one:x');
  for (const socket of clients) socket.destroy();
  assert.equal(await stop(program), 0);
});

test('an endpoint whose checks fail gets no connections, and /status shows the reason', async () => {
  const [good, bad, listen] = [await endpoint('good'), await freePort(), await freePort()];
  const { program, admin } = await start(
    manifest(listen, [good, bad], 'healthCheck: {interval: 1s, timeout: 1s}'),
  );
  // Both endpoints are used until the first check of the other one, which may come later.
  const found = await pollAdmin(admin, '/status', (_, text) => {
    const { backends } = readStatus(text);
    const one = backends[0]?.endpoints.find(({ port }) => port === bad);
    return one?.health === 'Unhealthy' && !one.used ? one : undefined;
  });
  assert.equal(found.reason, 'connection refused');
  for (let tries = 0; tries < 4; tries += 1) assert.equal(await ask(await connect(listen), 'x'), 'good:x');
  for (const socket of clients) socket.destroy();
  assert.equal(await stop(program), 0);
});

test('after SIGTERM the proxy is unready, accepts during the delay, then waits for open connections', async () => {
  const [port, listen] = [await endpoint('one'), await freePort()];
  const { program, admin } = await start(manifest(listen, [port]), {
    L4B_DRAIN_DELAY: '1s',
    L4B_GRACE_PERIOD: '30s',
  });
  const early = await connect(listen);
  await ask(early, 'x');
  program.child.kill('SIGTERM');
  await pollAdmin(admin, '/readyz', (status, text) =>
    status === 503 && /is shutting down/.test(text) ? true : undefined,
  );
  const late = await connect(listen);
  assert.equal(await ask(late, 'late'), 'one:late');
  await program.line(({ step }) => step === 'StoppedAccepting');
  assert.equal(await ask(early, 'still'), 'one:still');
  const refused = net.connect(listen, '127.0.0.1');
  const [error] = await once(refused, 'error');
  assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
  early.destroy();
  late.destroy();
  assert.equal(await program.ended, 0);
});

test('connections that do not end are closed at the end of the grace period', async () => {
  const [port, listen] = [await endpoint('one'), await freePort()];
  const { program } = await start(manifest(listen, [port]), { L4B_GRACE_PERIOD: '500ms' });
  const client = await connect(listen);
  client.on('error', () => {});
  await ask(client, 'x');
  const closed = new Promise((resolve) => client.once('close', resolve));
  assert.equal(await stop(program), 0);
  await closed;
});

test('a second signal stops the proxy at once', async () => {
  const [port, listen] = [await endpoint('one'), await freePort()];
  const { program } = await start(manifest(listen, [port]));
  const client = await connect(listen);
  client.on('error', () => {});
  await ask(client, 'x');
  program.child.kill('SIGINT');
  await program.line(({ step }) => step === 'StoppedAccepting');
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 143);
});

test('--help and --version print to stdout and exit with 0', async () => {
  const help = startProgram(['--help']);
  assert.equal(await help.ended, 0);
  assert.match(help.stdout(), /--config FILE/);
  const version = startProgram(['--version']);
  assert.equal(await version.ended, 0);
  assert.match(version.stdout(), /^l4balancer-proxy \d+\.\d+\.\d+\n$/);
});

test('--check reads the lists of sources in files beside the manifest, and reports their lines', async () => {
  const file = manifest(8080, [1]);
  const list = join(dirname(file), 'blocked');
  const spec = readFileSync(file, 'utf8').replace(
    'port: 8080',
    'port: 8080, sources: {fromFiles: [blocked]}',
  );
  writeFileSync(file, spec);
  const missing = startProgram(['--check', file]);
  assert.equal(await missing.ended, 1);
  assert.match(missing.stdout(), /blocked: there is no such file\n1 problem\n$/);
  writeFileSync(list, 'deny 192.0.2.0/24\ndeny 192.0.2.1/24\n');
  const bad = startProgram(['--check', file]);
  assert.equal(await bad.ended, 1);
  assert.ok(bad.stdout().startsWith(`${list}:2: "192.0.2.1/24" has bits beyond its prefix length: write `));
  writeFileSync(list, 'deny 192.0.2.0/24\n');
  assert.equal(await startProgram(['--check', file]).ended, 0);
});

test('--check prints what would be served, from a file or from stdin', async () => {
  const file = manifest(8080, [1, 2]);
  const checked = startProgram(['--check', file]);
  assert.equal(await checked.ended, 0);
  assert.equal(
    checked.stdout(),
    `${file}: OK, L4Balancer "edge" serves\n  TCP 8080 (web) → web: 2 endpoints, RoundRobin, no health check\n`,
  );
  const bad = startProgram(['--check', '-'], {}, { input: 'kind: L4Balancer\n' });
  assert.equal(await bad.ended, 1);
  assert.match(bad.stdout(), /^stdin(:\d+)?: .*\n(.*\n)*\d+ problems?\n$/);
});
