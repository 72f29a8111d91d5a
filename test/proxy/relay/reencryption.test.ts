import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthority, type Identity } from '../../../cluster/access/certificates.ts';
import { type ChildError, runChild } from '../../../tooling/process/child.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type OtherProgram, startProgram } from './other-proxy.ts';
import { ProxyProcess } from './proxy-process.ts';

/** Endpoints are programs as users have them: Redis that asks for a certificate, and nginx. */
const PORTS = [
  ...['redis', 'redis-ended', 'redis-passed', 'web', 'clear', 'insecure', 'strange'],
  ...['redis-server', 'nginx', 'nginx-header'],
] as const;
const authority = createAuthority('The authority of the endpoints');
const identity = (altNames: readonly string[]): Identity =>
  authority.issue({ commonName: altNames[0] as string, altNames });

const certificates = new CertificateFolder();
const ca = join(certificates.folder, 'ca.pem');
const strange = join(certificates.folder, 'strange.pem');
const running: OtherProgram[] = [];
let folder: string;
let proxy: ProxyProcess;
let ports: Readonly<Record<string, number>>;

const startRedis = (port: number, pair: ReturnType<CertificateFolder['files']>): Promise<OtherProgram> =>
  startProgram(
    [
      ...(['redis-server', '--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1'] as const),
      ...['--tls-cert-file', pair.certificate, '--tls-key-file', pair.key, '--tls-ca-cert-file', ca],
      ...['--tls-auth-clients', 'yes', '--save', '', '--appendonly', 'no', '--dir', folder],
    ],
    port,
  );

const startNginx = async (pair: ReturnType<CertificateFolder['files']>): Promise<OtherProgram> => {
  const configuration = join(folder, 'nginx.conf');
  await writeFile(
    configuration,
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; events {}
http {
  access_log off;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  ssl_certificate ${pair.certificate}; ssl_certificate_key ${pair.key};
  default_type text/plain;
  server {
    listen 127.0.0.1:${ports.nginx} ssl http2;
    location / { return 200 "$server_protocol $ssl_alpn_protocol $ssl_server_name"; }
  }
  server {
    listen 127.0.0.1:${ports['nginx-header']} ssl proxy_protocol;
    location / { return 200 "from $proxy_protocol_addr"; }
  }
}`,
  );
  return startProgram(['nginx', '-c', configuration, '-p', folder], ports.nginx ?? 0);
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l4b-reencryption-'));
  await certificates.write('web', identity(['web.internal']));
  await certificates.write('redis', identity(['redis.internal', '127.0.0.1']));
  await certificates.write('proxy', identity(['the-proxy']));
  await certificates.write('listener', identity(['a.test']));
  writeFileSync(ca, authority.certificate);
  writeFileSync(strange, createAuthority('Another authority').certificate);
  const free = await freePorts(PORTS.length);
  ports = Object.fromEntries(PORTS.map((name, i) => [name, free[i] as number]));
  running.push(
    await startRedis(ports['redis-server'] ?? 0, certificates.files('redis')),
    await startNginx(certificates.files('web')),
  );
  const at = (port: string) => [{ address: '127.0.0.1', port: ports[port] ?? 0 }];
  const web = { caFile: ca, serverName: 'web.internal' };
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'redis', port: ports.redis ?? 0, backend: 'redis' },
      {
        name: 'redis-ended',
        port: ports['redis-ended'] ?? 0,
        backend: 'redis',
        tls: {
          mode: 'Terminate',
          certificateFiles: [certificates.files('listener')],
          clientCertificates: { caFiles: [ca] },
        },
      },
      {
        name: 'redis-passed',
        port: ports['redis-passed'] ?? 0,
        tls: { mode: 'Passthrough', routes: [{ hostnames: ['redis.internal'], backend: 'redis-as-it-is' }] },
      },
      {
        name: 'web',
        port: ports.web ?? 0,
        backend: 'web',
        tls: {
          mode: 'Terminate',
          certificateFiles: [certificates.files('listener')],
          alpn: ['h2', 'http/1.1'],
        },
      },
      { name: 'clear', port: ports.clear ?? 0, backend: 'header' },
      { name: 'insecure', port: ports.insecure ?? 0, backend: 'insecure' },
      { name: 'strange', port: ports.strange ?? 0, backend: 'strange' },
    ],
    backends: [
      {
        name: 'redis',
        endpoints: at('redis-server'),
        // Its certificate has its address, so no name is needed.
        tls: { caFile: ca, clientCertificateFile: certificates.files('proxy') },
        healthCheck: { type: 'TCP', interval: '1s', timeout: '1s' },
      },
      { name: 'redis-as-it-is', endpoints: at('redis-server') },
      { name: 'web', endpoints: at('nginx'), tls: web },
      { name: 'header', endpoints: at('nginx-header'), tls: web, proxyProtocol: { version: 'V2' } },
      { name: 'insecure', endpoints: at('nginx'), tls: { mode: 'Insecure' } },
      {
        name: 'strange',
        endpoints: at('nginx'),
        tls: { caFile: strange, serverName: 'web.internal' },
        healthCheck: {
          type: 'HTTP',
          interval: '1s',
          timeout: '1s',
          unhealthyThreshold: 1,
          http: { host: 'web.internal' },
        },
      },
    ],
    accessLog: { mode: 'All' },
  });
});

after(async () => {
  await proxy?.stop();
  for (const program of running) await program.stop();
  await rm(folder, { recursive: true, force: true });
  certificates[Symbol.dispose]();
});

const curl = (...argv: readonly string[]): Promise<string> =>
  runChild(['curl', '--silent', '--show-error', '--max-time', '60', ...argv]);

const failing = (child: Promise<string>): Promise<string> =>
  child.then(
    (output) => assert.fail(`did not fail: ${output}`),
    (error: ChildError) => error.lastLines.join('\n'),
  );

const findings = async () =>
  (await proxy.status()).findings.map(({ code, backend }) => `${code} ${backend ?? ''}`);

test('redis-cli in the clear reaches a Redis with TLS that asks for a certificate', async () => {
  const redis = (...argv: readonly string[]) =>
    runChild(['redis-cli', '-p', String(ports.redis), '--no-raw', ...argv]);
  assert.match(await redis('set', 'a', 'x'.repeat(100_000)), /OK/);
  assert.match(await redis('strlen', 'a'), /100000/);
  assert.match(await redis('ping'), /PONG/);
  assert.ok((await proxy.metric('l4balancer_backend_tls_handshakes_total', { backend: 'redis' })) >= 3);
});

for (const [listener, host, how] of [
  ['redis-ended', 'a.test', 'TLS ends at the proxy, which begins it anew'],
  ['redis-passed', 'redis.internal', 'TLS is passed through by name'],
] as const)
  test(`redis-cli --tls with a certificate of its own reaches that Redis, where ${how}`, async () => {
    const { certificate, key } = certificates.files('proxy');
    const redis = (pair: readonly string[]) =>
      runChild([
        ...(['redis-cli', '-p', String(ports[listener]), '--no-raw', '--tls', '--sni', host] as const),
        ...['--cacert', ca, ...pair, 'strlen', 'nothing'],
      ]);
    assert.match(await redis(['--cert', certificate, '--key', key]), /\(integer\) 0/);
    // redis-cli writes what went wrong where its answer would be, and ends well.
    const refused = await redis([]).catch((error: ChildError) => error.lastLines.join('\n'));
    assert.doesNotMatch(refused, /integer/);
    assert.match(refused, /certificate required|closed|reset|SSL/i);
  });

for (const [flag, seen] of [
  ['--http2', 'HTTP/2.0 h2 web.internal'],
  ['--http1.1', 'HTTP/1.1 http/1.1 web.internal'],
] as const)
  test(`curl ${flag} by TLS speaks the same protocol with nginx by another TLS`, async () => {
    const url = `https://a.test:${ports.web}/`;
    const got = await curl(
      flag,
      '--cacert',
      ca,
      '--connect-to',
      `a.test:${ports.web}:127.0.0.1:${ports.web}`,
      url,
    );
    assert.equal(got, seen);
  });

test('an endpoint gets the PROXY header in the clear, and then TLS', async () => {
  assert.equal(await curl(`http://127.0.0.1:${ports.clear}/`), 'from 127.0.0.1');
});

test('a backend that does not verify its endpoints works, and the status says so', async () => {
  assert.match(await curl('--http1.1', `http://127.0.0.1:${ports.insecure}/`), /^HTTP\/1.1/);
  assert.ok((await findings()).includes('EndpointsNotVerified insecure'));
});

test('an endpoint of another authority gets nothing, and its health check says why', async () => {
  assert.match(await failing(curl(`http://127.0.0.1:${ports.strange}/`)), /reset/i);
  const failures = (failure: string) =>
    proxy.metric('l4balancer_backend_connect_failures_total', { backend: 'strange', failure });
  assert.ok((await failures('TlsUntrusted')) > 0);
  await proxy.until(
    'aware of the reason',
    async () =>
      (await proxy.status()).backends
        .find(({ name }) => name === 'strange')
        ?.endpoints.some(({ reason }) => reason?.includes('no authority that is trusted')) === true,
  );
  await proxy.until('done with the connection', async () => proxy.output.includes('EndpointNotVerified'));
});

test('a CA bundle is followed: garbage leaves the last one in use, and another authority is believed', async () => {
  const replace = async (text: string): Promise<void> => {
    await writeFile(`${strange}.new`, text);
    await rename(`${strange}.new`, strange);
  };
  const get = () => curl('--http1.1', `http://127.0.0.1:${ports.strange}/`);
  await replace(authority.certificate);
  await proxy.until('trusting the authority', async () => (await get().catch(() => '')).startsWith('HTTP'));
  await replace('no certificate');
  await proxy.until('aware of the garbage', async () =>
    (await findings()).includes('CaBundleInvalid strange'),
  );
  assert.match(await get(), /^HTTP/);
  await replace(createAuthority('A third authority').certificate);
  await proxy.until('without a finding', async () => !(await findings()).includes('CaBundleInvalid strange'));
  await failing(get());
});

test('no private key is on the pages or in the log of the proxy', async () => {
  const pages = await Promise.all(
    ['status', 'metrics'].map(async (page) => (await fetch(`http://${proxy.admin}/${page}`)).text()),
  );
  const [, secret = ''] = readFileSync(certificates.files('proxy').key, 'utf8').split('\n');
  assert.ok(secret.length > 40);
  assert.ok(!(pages.join() + proxy.output).includes(secret));
});
