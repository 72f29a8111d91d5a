import { chmodSync, mkdirSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../tooling/wait/until.ts';
import { closedPort, ends, file, folder, listening, printTable, warns } from './bad-input.ts';
import type { LogLine } from './program.ts';

const manifest = (listeners: string, more = ''): string => `apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners:
  ${listeners}
  backends:
  - name: web
    endpoints:
    - {address: 192.0.2.1, port: 80}
${more}`;
const GOOD = manifest('- {name: web, port: 8080, backend: web}');

const ONE_BAD: readonly { readonly tried: string; readonly text: string; readonly says: RegExp }[] = [
  { tried: 'a manifest that is not YAML', text: 'spec: [', says: /1\.yaml:\d+: .*\n1 problem$/s },
  { tried: 'an empty manifest', text: '', says: /yaml.*\n1 problem$/s },
  {
    tried: 'a manifest of another kind',
    text: GOOD.replace('kind: L4Balancer', 'kind: Service'),
    says: /kind/,
  },
  { tried: 'a manifest with a misspelt field', text: `${GOOD}  pausd: true\n`, says: /:11: spec\.pausd: / },
  {
    tried: 'a manifest with a port out of range',
    text: manifest('- {name: web, port: 70000, backend: web}'),
    says: /:6: spec\.listeners\[0\]\.port: /,
  },
  {
    tried: 'a manifest with a string as port',
    text: manifest('- {name: web, port: http, backend: web}'),
    says: /:6: spec\.listeners\[0\]\.port: /,
  },
  {
    tried: 'a manifest with a port used twice',
    text: manifest('- {name: a, port: 80, backend: web}\n  - {name: b, port: 80, backend: web}'),
    says: /:7: spec\.listeners\[1\]\.port: /,
  },
  {
    tried: 'a manifest with a listener on the admin port',
    text: manifest('- {name: a, port: 9901, backend: web}'),
    says: /spec\.listeners\[0\]\.port: /,
  },
  {
    tried: 'a manifest with an unknown backend',
    text: manifest('- {name: a, port: 80, backend: wbe}'),
    says: /:6: spec\.listeners\[0\]\.backend: /,
  },
  {
    tried: 'a manifest with an invalid IP address',
    text: GOOD.replace('192.0.2.1', '10.0.0.300'),
    says: /spec\.backends\[0\]\.endpoints\[0\]\.address: .*10\.0\.0\.300/,
  },
  {
    tried: 'a manifest with an invalid duration',
    text: manifest('- {name: a, port: 80, backend: web, timeouts: {idle: 5 minutes}}'),
    says: /spec\.listeners\[0\]\.timeouts\.idle: /,
  },
  {
    tried: 'a manifest with a Service, without a cluster',
    text: GOOD.replace(/endpoints:\n.*/, 'service: {name: web, port: 80}'),
    says: /:9: spec\.backends\[0\]\.service: .*exists only in Kubernetes.*endpoints instead/,
  },
  {
    tried: 'a manifest with several mistakes',
    text: manifest('- {name: A, port: 0, backend: b}'),
    says: /\n[2-9] problems$/,
  },
];
for (const { tried, text, says } of ONE_BAD)
  test(`${tried} is rejected with its location`, () =>
    ends({ tried, args: ['--config', file(text)] }, 2, says));

test('--check reports the same findings and their number', () =>
  ends(
    { tried: '--check of a bad file', args: ['--check', file(`${GOOD}  pausd: true\n`)] },
    1,
    /pausd.*\n1 problem$/s,
  ));

test('a manifest that cannot be read is rejected with the reason', async () => {
  const config = (path: string) => ['--config', path];
  mkdirSync(join(folder, 'directory'));
  const secret = file(GOOD);
  chmodSync(secret, 0);
  await ends(
    { tried: 'no such file', args: config(join(folder, 'no.yaml')) },
    2,
    /^Cannot read no\.yaml: there is no such file\.$/,
  );
  await ends(
    { tried: 'a directory', args: config(join(folder, 'directory')) },
    2,
    /^directory is not a file; name the manifest file itself\.$/,
  );
  await ends(
    { tried: 'a file of another user', args: config(secret), wrap: WITHOUT_RIGHTS },
    2,
    /^Cannot read .*: permission denied; change its mode or its owner\.$/,
  );
  await ends(
    { tried: 'a binary file', args: config(file(Buffer.from([0xff, 0xfe, 0xfd]))) },
    2,
    /it is not UTF-8 text\.$/,
  );
});

test('invalid settings are rejected, all at once', async () => {
  await ends(
    { tried: 'nothing set' },
    2,
    /^1 problem; see --help .*\nL4B_CONFIG: not set, so there is nothing to serve; /,
  );
  await ends(
    { tried: 'L4B_NAME alone', env: { L4B_NAME: 'edge' } },
    2,
    /^1 problem; see --help .*\nL4B_NAMESPACE: not set; /,
  );
  await ends(
    {
      tried: 'five variables, all wrong',
      args: ['--config', 'x'],
      env: {
        NUM_ACCEPTORS: '0',
        LOG_LEVEL: 'loud',
        L4B_ADMIN: '9901',
        L4B_GRACE_PERIOD: '60',
        L4B_FILE_DESCRIPTORS: 'all',
      },
    },
    2,
    /^5 problems; see --help .*\nNUM_ACCEPTORS: .*"0"\nLOG_LEVEL: .*"loud"\nL4B_ADMIN: .*"9901"\nL4B_FILE_DESCRIPTORS: .*"all"\nL4B_GRACE_PERIOD: .*"60"$/,
  );
  await ends(
    { tried: 'RUST_LOG=layer4=loud', args: ['--config', 'x'], env: { RUST_LOG: 'layer4=loud' } },
    2,
    /^1 problem; see --help .*\nRUST_LOG: /,
  );
  await ends(
    { tried: '--confg FILE', args: ['--confg', 'x'] },
    2,
    /^1 problem; see --help .*\n--confg: no such flag; did you mean --config\?$/,
  );
  await ends(
    { tried: 'a file without --config', args: ['edge.yaml'] },
    2,
    /^1 problem; see --help .*\nedge\.yaml: unexpected argument; /,
  );
});

/** Drops the capabilities that root has and a container's user does not. */
const WITHOUT_RIGHTS =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-net_bind_service,-dac_override,-dac_read_search']
    : [];

test('ports that cannot be opened stop the proxy if it is the admin port, else they become a finding', async () => {
  const taken = await listening(net.createServer());
  const config = ['--config', file(GOOD)];
  await ends(
    { tried: 'admin port taken', args: [...config, '--admin', `127.0.0.1:${taken}`] },
    1,
    /^Cannot listen on admin address 127\.0\.0\.1:\d+: another program listens there\. .*--admin or L4B_ADMIN\.$/,
  );
  await ends(
    {
      tried: 'admin port below 1024 without the capability',
      args: [...config, '--admin', ':81'],
      wrap: WITHOUT_RIGHTS,
    },
    1,
    /^Cannot listen on admin address :81: this user may not listen on such a low port\. /,
  );
  const finding = ({ msg, finding: reported, path }: LogLine) => msg === 'finding' && `${path}: ${reported}`;
  const other = await closedPort();
  const two = (port: number) =>
    file(manifest(`- {name: a, port: ${port}, backend: web}\n  - {name: b, port: ${other}, backend: web}`));
  await warns(
    { tried: 'listener port taken', args: ['--config', two(taken)] },
    finding,
    /port .*Cannot listen on port \d+: another process .* The other listeners serve\.|tried again/,
  );
  await warns(
    {
      tried: 'listener port below 1024 without the capability',
      args: ['--config', two(82)],
      wrap: WITHOUT_RIGHTS,
    },
    finding,
    /port 82: .*ip_unprivileged_port_start.*CAP_NET_BIND_SERVICE/,
  );
});

test('too few file descriptors are reported while the proxy keeps running', async () => {
  const port = await closedPort();
  const config = ['--config', file(manifest(`- {name: a, port: ${port}, backend: web}`))];
  await warns(
    {
      tried: 'more file descriptors than the hard limit',
      args: config,
      env: { L4B_FILE_DESCRIPTORS: '1048576' },
      wrap: ['prlimit', '--nofile=4096:4096'],
    },
    ({ msg, problem }) => msg === 'file descriptor limit is lower than requested' && problem,
    /^1048576 file descriptors were requested, but the limit is 4096\. .*LimitNOFILE/,
  );
  const backend = await listening(net.createServer((socket) => socket.on('error', () => {})));
  const served = file(
    manifest(`- {name: a, port: ${port}, backend: web}`).replace(
      'address: 192.0.2.1, port: 80',
      `address: 127.0.0.1, port: ${backend}`,
    ),
  );
  const clients: net.Socket[] = [];
  await warns(
    {
      tried: 'no file descriptors left',
      args: ['--config', served],
      wrap: ['prlimit', '--nofile=128:128'],
      env: { L4B_GRACE_PERIOD: '1s' },
    },
    ({ path, finding }) => path === 'spec.tuning.fileDescriptors' && finding,
    /is out of file descriptors.* 128 file descriptors, and each connection needs two\. Raise /,
    async (admin) => {
      const ready = () => fetch(`http://127.0.0.1:${admin}/readyz`);
      await until('ready', async () => (await ready()).ok, { seen: async () => (await ready()).text() });
      for (let count = 0; count < 120; count += 1)
        clients.push(net.connect(port, '127.0.0.1').on('error', () => {}));
    },
  );
  for (const client of clients) client.destroy();
});

printTable(28);
