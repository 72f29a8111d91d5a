import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runChild } from '../../../tooling/process/child.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { type AccessLine, accessLines } from './access-lines.ts';
import { type OtherProgram, startHaproxy, startNginx } from './other-proxy.ts';
import { type BackendInput, type ListenerInput, ProxyProcess } from './proxy-process.ts';

/** What an endpoint answers: the addresses that a header has told it. */
interface Told {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** In hexadecimal; only HAProxy says it. */
  readonly uniqueId: string;
}

const SENTS = ['v1', 'v2', 'tlvs'] as const;
const SENT: Readonly<Record<(typeof SENTS)[number], BackendInput['proxyProtocol']>> = {
  v1: { version: 'V1' },
  v2: { version: 'V2' },
  tlvs: { version: 'V2', tlvs: ['CRC32C', 'UniqueId'] },
};
const ENDPOINTS = ['nginx', 'haproxy'] as const;

/** Ports that are listened on, by what is behind them. */
const NAMES = [
  'nginx',
  'haproxy',
  ...ENDPOINTS.flatMap((endpoint) => SENTS.map((sent) => `${sent}-${endpoint}` as const)),
  'accepting',
  'chained',
  'by-haproxy-v1',
  'by-haproxy-v2',
  'by-haproxy-all',
  'by-haproxy-chained',
  'by-nginx',
] as const;
type Name = (typeof NAMES)[number];

let ports: Readonly<Record<Name, number>>;
let proxy: ProxyProcess;
const others: OtherProgram[] = [];

before(async () => {
  const free = await freePorts(NAMES.length);
  ports = Object.fromEntries(NAMES.map((name, i) => [name, free[i]])) as Record<Name, number>;
  const client = { trustedSources: ['127.0.0.1/32', '::1/128'] };
  const endpoints = (name: 'nginx' | 'haproxy') => [{ address: '127.0.0.1', port: ports[name] }];
  const backends: BackendInput[] = ENDPOINTS.flatMap((endpoint) =>
    SENTS.map((sent) => ({
      name: `${sent}-${endpoint}`,
      proxyProtocol: SENT[sent],
      endpoints: endpoints(endpoint),
      healthCheck: { type: 'HTTP', interval: '100ms', timeout: '100ms', http: { path: '/' } },
    })),
  );
  const listeners: ListenerInput[] = [
    ...backends.map(({ name }) => ({ name, port: ports[name as Name], backend: name })),
    { name: 'accepting', port: ports.accepting, backend: 'v1-nginx', proxyProtocol: client },
    { name: 'chained', port: ports.chained, backend: 'tlvs-haproxy', proxyProtocol: client },
  ];
  const says = '%[src] %[src_port] %[dst] %[dst_port] %[fc_pp_unique_id,hex]';
  const by = (name: Name, to: Name, options: string): string =>
    `listen ${name}\n  bind 127.0.0.1:${ports[name]}\n  bind ::1:${ports[name]}\n  server s 127.0.0.1:${ports[to]} ${options}\n`;
  others.push(
    await startHaproxy(
      [
        `frontend endpoint\n  mode http\n  bind 127.0.0.1:${ports.haproxy} accept-proxy\n`,
        `  http-request return status 200 content-type text/plain lf-string "${says}"\n`,
        by('by-haproxy-v1', 'accepting', 'send-proxy'),
        by('by-haproxy-v2', 'accepting', 'send-proxy-v2'),
        by('by-haproxy-all', 'accepting', 'send-proxy-v2 proxy-v2-options ssl,crc32c,unique-id'),
        by('by-haproxy-chained', 'chained', 'send-proxy-v2'),
      ].join(''),
      ports.haproxy,
    ),
  );
  others.push(
    await startNginx(
      [
        'http { access_log off; default_type text/plain; server {',
        `  listen 127.0.0.1:${ports.nginx} proxy_protocol;`,
        '  location / { return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port -"; }',
        '} }',
        `stream { server { listen 127.0.0.1:${ports['by-nginx']}; proxy_pass 127.0.0.1:${ports.accepting}; proxy_protocol on; } }`,
      ].join('\n'),
      ports.nginx,
    ),
  );
  proxy = await ProxyProcess.start({ accessLog: { mode: 'All' }, listeners, backends });
});

after(async () => {
  await proxy?.stop();
  for (const other of others) await other.stop();
});

/** Asks with curl; returns what the endpoint was told, and the port that curl had. */
const ask = async (port: number, host = '127.0.0.1', ...options: readonly string[]) => {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  const text = await runChild([
    ...(['curl', '-sS', '--max-time', '30', '-w', ' %{local_port}'] as const),
    ...options,
    url,
  ]);
  const [source = '', sourcePort, destination = '', destinationPort, uniqueId = '', own] = text
    .trim()
    .split(/\s+/);
  const told: Told = {
    source,
    sourcePort: Number(sourcePort),
    destination,
    destinationPort: Number(destinationPort),
    uniqueId: own === undefined ? '' : uniqueId,
  };
  return { told, own: Number(own ?? uniqueId), text };
};

const lineOf = async (client: string, listener: string): Promise<AccessLine> => {
  const find = () => accessLines(proxy).find((line) => line.client === client && line.listener === listener);
  await until(`${client} is in the log`, async () => find() !== undefined, { seen: () => proxy.output });
  return find() as AccessLine;
};

for (const endpoint of ENDPOINTS)
  for (const sent of SENTS)
    for (const host of ['127.0.0.1', '::1'])
      test(`${endpoint} is told by ${sent} of a client of ${host}, and of what it connected to`, async () => {
        const port = ports[`${sent}-${endpoint}`];
        const { told, own, text } = await ask(port, host);
        assert.deepEqual(
          { ...told, uniqueId: '' },
          { source: host, sourcePort: own, destination: host, destinationPort: port, uniqueId: '' },
          text,
        );
        const line = await lineOf(
          host.includes(':') ? `[${host}]:${own}` : `${host}:${own}`,
          `${sent}-${endpoint}`,
        );
        assert.equal(line.uniqueId === undefined, sent !== 'tlvs');
        assert.equal(line.reason, 'Finished');
        if (sent === 'tlvs') assert.match(String(line.uniqueId), /^[0-9a-f]{32}$/);
        if (sent === 'tlvs' && endpoint === 'haproxy')
          assert.equal(told.uniqueId.toLowerCase(), line.uniqueId);
      });

test('health checks of endpoints that demand a header succeed', async () => {
  await proxy.until('sure that every endpoint is healthy', async () =>
    (await proxy.status()).backends.every(({ endpoints }) =>
      endpoints.every(({ health }) => health === 'Healthy'),
    ),
  );
  const checks = await proxy.metric('l4balancer_health_checks_total', { backend: 'v2-nginx', result: 'ok' });
  assert.ok(checks > 0);
});

test('curl names a client of its own in a header', async () => {
  const { told } = await ask(ports.accepting, '127.0.0.1', '--haproxy-protocol');
  assert.deepEqual([told.source, told.destination], ['127.0.0.1', '127.0.0.1']);
});

for (const name of ['by-haproxy-v1', 'by-haproxy-v2', 'by-haproxy-all', 'by-nginx'] as const)
  for (const host of name === 'by-nginx' ? ['127.0.0.1'] : ['127.0.0.1', '::1'])
    test(`what connects over ${host} to ${name} is told on to the endpoint, with the first destination`, async () => {
      const { told, own, text } = await ask(ports[name], host);
      assert.deepEqual(
        { ...told, uniqueId: '' },
        { source: host, sourcePort: own, destination: host, destinationPort: ports[name], uniqueId: '' },
        text,
      );
      await lineOf(host.includes(':') ? `[${host}]:${own}` : `${host}:${own}`, 'accepting');
    });

test('a header in and a header out of version 2 tell of the same client', async () => {
  const { told, own } = await ask(ports['by-haproxy-chained']);
  const line = await lineOf(`127.0.0.1:${own}`, 'chained');
  assert.deepEqual(
    { ...told, uniqueId: told.uniqueId.toLowerCase() },
    {
      source: '127.0.0.1',
      sourcePort: own,
      destination: '127.0.0.1',
      destinationPort: ports['by-haproxy-chained'],
      uniqueId: line.uniqueId,
    },
  );
});
