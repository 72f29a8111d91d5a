import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { giveInput } from '../../../tooling/process/give-input.ts';
import { selfSigned } from '../certificates.ts';
import { accessLines } from './access-lines.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type EndpointServer, echo, greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const run = promisify(execFile);
const CLIENT_MS = 20_000;

const authority = createAuthority('The authority of the test');
const identity = (name: string) => {
  const issued = authority.issue({ commonName: name, altNames: [name] });
  return { ...issued, certificate: issued.certificate + authority.certificate };
};

const folder = new CertificateFolder();
const web = createServer((request, response) => response.end(`you asked for ${request.url}`));
let servers: EndpointServer[];
let ports: { readonly echo: number; readonly names: number; readonly web: number; readonly behind: number };
let proxy: ProxyProcess;

before(async () => {
  await folder.write('a', identity('a.test'));
  await folder.write('rsa', selfSigned(['a.test'], 'RSA'));
  await folder.write('b', identity('b.test'));
  servers = await Promise.all([echo, greet('one'), greet('two')].map((serve) => startEndpoint(serve)));
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const free = await freePorts(4);
  const [echoPort, names, webPort, behind] = free as [number, number, number, number];
  ports = { echo: echoPort, names, web: webPort, behind };
  const tls = { mode: 'Terminate' as const, certificateFiles: [folder.files('a'), folder.files('rsa')] };
  const to = (index: number) => [{ address: '127.0.0.1', port: (servers[index] as EndpointServer).port }];
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'echo', port: ports.echo, backend: 'echo', tls },
      {
        name: 'names',
        port: ports.names,
        tls: {
          mode: 'Terminate',
          certificateFiles: [folder.files('a'), folder.files('b')],
          strictSni: true,
          alpn: ['h2', 'http/1.1'],
          routes: [
            { hostnames: ['a.test'], backend: 'one' },
            { hostnames: ['b.test'], alpn: ['h2'], backend: 'two' },
            { hostnames: ['b.test'], backend: 'one' },
          ],
        },
      },
      { name: 'web', port: ports.web, backend: 'web', tls },
      {
        name: 'behind',
        port: ports.behind,
        backend: 'one',
        tls,
        proxyProtocol: { trustedSources: ['127.0.0.0/8'] },
      },
    ],
    backends: [
      { name: 'echo', endpoints: to(0) },
      { name: 'one', endpoints: to(1) },
      { name: 'two', endpoints: to(2) },
      { name: 'web', endpoints: [{ address: '127.0.0.1', port: (web.address() as AddressInfo).port }] },
    ],
    accessLog: { mode: 'All' },
  });
});

after(async () => {
  await proxy?.stop();
  for (const server of servers ?? []) await server.close();
  web.closeAllConnections();
  web.close();
  folder[Symbol.dispose]();
});

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** The program openssl as a client: what it prints, once its input has ended. */
const sClient = async (port: number, args: readonly string[], input: string): Promise<string> => {
  const client = run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], {
    timeout: CLIENT_MS,
  });
  giveInput(client.child, input);
  const { stdout, stderr } = await client;
  return stdout + stderr;
};

for (const version of ['1.2', '1.3'])
  test(`openssl s_client speaks TLS ${version}`, async () => {
    const output = await sClient(
      ports.names,
      [`-tls${version.replace('.', '_')}`, '-servername', 'a.test', '-ign_eof', '-alpn', 'h2'],
      '',
    );
    assert.match(output, new RegExp(`TLSv${version}`));
    assert.match(output, /ALPN protocol: h2/);
    assert.match(output, /^one/m);
  });

test('the access log has the server name, the version, and why a handshake failed', async () => {
  await sClient(ports.names, ['-tls1_2', '-servername', 'a.test', '-ign_eof'], '');
  await sClient(ports.names, ['-servername', 'b.test', '-alpn', 'imap'], '').catch(() => undefined);
  const said = (): readonly unknown[] =>
    accessLines(proxy).map(({ serverName, tlsOffered, tlsVersion, tlsFailure }) =>
      [serverName, tlsOffered, tlsVersion, tlsFailure].join(' '),
    );
  await proxy.until('logging both', async () =>
    ['a.test  TLS1.2 ', 'b.test TLS1.3  NoSharedProtocol'].every((line) => said().includes(line)),
  );
});

test('a session that openssl has saved resumes at whichever acceptor takes the next connection', async () => {
  const session = join(folder.folder, 'session');
  const args = ['-servername', 'a.test', '-ign_eof'];
  await sClient(ports.names, [...args, '-sess_out', session], '');
  for (let i = 0; i < 6; i++)
    assert.match(await sClient(ports.names, [...args, '-sess_in', session], ''), /^Reused, TLSv1\.3/m);
  assert.match(
    await sClient(ports.names, ['-servername', 'a.test', '-tls1_2', '-reconnect'], ''),
    /(Reused, TLSv1\.2[\s\S]*){5}/,
  );
  assert.ok(
    (await proxy.metric('l4balancer_tls_handshakes_total', { listener: 'names', resumed: 'true' })) > 10,
  );
});

test('curl trusts the authority of the chain', async () => {
  await folder.write('ca', { certificate: authority.certificate, key: '' });
  const { stdout } = await run(
    'curl',
    [
      ...['--silent', '--show-error', '--cacert', folder.files('ca').certificate],
      ...['--resolve', `a.test:${ports.web}:127.0.0.1`, '--write-out', ' %{ssl_verify_result}'],
      `https://a.test:${ports.web}/there`,
    ],
    { timeout: CLIENT_MS },
  );
  assert.equal(stdout, 'you asked for /there 0');
});

const client = async (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername: 'a.test',
    ca: authority.certificate,
    ...options,
  });
  await once(socket, 'secureConnect');
  return socket;
};

const greeting = async (options: ConnectionOptions): Promise<string> => {
  const socket = await client(ports.names, options);
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
};

const ROUTED = [
  ['a.test', ['http/1.1'], 'one'],
  ['b.test', ['h2', 'http/1.1'], 'two'],
  ['b.test', ['http/1.1'], 'one'],
  ['b.test', [], 'one'],
] as const;

for (const [servername, ALPNProtocols, backend] of ROUTED)
  test(`after TLS, ${servername} with ${ALPNProtocols.join() || 'no protocol'} goes to backend ${backend}`, async () => {
    assert.equal(await greeting({ servername, ALPNProtocols: [...ALPNProtocols] }), backend);
  });

test('with strictSni, a name that no certificate is for is refused', async () => {
  await assert.rejects(client(ports.names, { servername: 'c.test' }));
});

test('behind a load balancer that sends a PROXY header, TLS ends after it', async () => {
  const raw = connect(ports.behind, '127.0.0.1');
  raw.write('PROXY TCP4 192.0.2.9 192.0.2.1 1234 443\r\n');
  const socket = await client(ports.behind, { socket: raw });
  const [data] = (await once(socket, 'data')) as [Buffer];
  assert.equal(data.toString(), 'one');
  socket.destroy();
  await proxy.until('logging the client that the header names', async () =>
    proxy.output.includes('192.0.2.9'),
  );
});

/** The fingerprint of the certificate that a client of the echo gets, whose connection ends in order. */
const shown = async (): Promise<string> => {
  const socket = await client(ports.echo, { rejectUnauthorized: false });
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.write('x');
  await once(socket, 'data');
  socket.end();
  return fingerprint256;
};

/** Connections one after the other, until it is stopped: how many there were, and what failed. */
const load = (port: number) => {
  let isOver = false;
  const failures: string[] = [];
  let done = 0;
  const one = async (): Promise<void> => {
    while (!isOver) {
      try {
        const socket = await client(port, { rejectUnauthorized: false });
        socket.write('x');
        await once(socket, 'data');
        socket.end();
        done++;
      } catch (error) {
        failures.push(String(error));
      }
    }
  };
  const all = Promise.all([one(), one(), one(), one()]);
  return async () => {
    isOver = true;
    await all;
    return { done, failures };
  };
};

test('50 certificates in a row are taken over under load, without one failed handshake', async () => {
  const stop = load(ports.echo);
  const open = await client(ports.echo);
  let last = '';
  for (let i = 0; i < 50; i++) {
    const next = identity('a.test');
    await folder.write('a', next);
    last = next.certificate;
    await proxy.until('using the new certificate', async () => (await shown()) === fingerprintOf(last));
  }
  const { done, failures } = await stop();
  assert.deepEqual(failures, []);
  assert.ok(done > 50, `${done} connections`);
  open.write('still open');
  assert.equal(String((await once(open, 'data'))[0]), 'still open');
  open.destroy();
  assert.equal(await proxy.metric('l4balancer_tls_handshake_failures_total', { listener: 'echo' }), 0);
});

test('a pair that cannot be used leaves the last one in use, is told, and is mended by the next one', async () => {
  const good = identity('a.test');
  await folder.write('a', good);
  const findings = async (): Promise<readonly string[]> =>
    (await proxy.status()).findings.map(({ code, message }) => `${code} ${message}`);
  for (const [bad, problem] of [
    [{ certificate: good.certificate, key: identity('a.test').key }, /does not belong/],
    [{ certificate: '', key: good.key }, /certificate is empty/],
    [{ certificate: 'garbage', key: 'garbage' }, /certificate is empty or no PEM/],
    [selfSigned(['a.test'], 'WeakRSA'), /at least 2048 bits/],
  ] as const) {
    await folder.write('a', good);
    await proxy.until('served by the good pair', async () => (await findings()).length === 0);
    await folder.write('a', bad);
    await proxy.until(`telling that ${problem}`, async () =>
      (await findings()).some((one) => one.startsWith('CertificateInvalid ') && problem.test(one)),
    );
    assert.equal(await shown(), fingerprintOf(good.certificate));
    assert.equal(
      await proxy.metric('l4balancer_certificate_unusable', { name: folder.files('a').certificate }),
      1,
    );
    assert.equal(await greeting({ servername: 'b.test' }), 'one', 'other listeners and certificates go on');
  }
  await folder.write('a', good);
  await proxy.until('without a finding', async () => (await findings()).length === 0);
});

test('no key shows in the status, the metrics or the log', async () => {
  const key = identity('a.test');
  await folder.write('a', key);
  const secret = key.key.split('\n')[1] as string;
  const pages = ['status', 'metrics'].map(async (page) =>
    (await fetch(`http://${proxy.admin}/${page}`)).text(),
  );
  for (const text of [...(await Promise.all(pages)), proxy.output]) assert.ok(!text.includes(secret));
});
