import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Identity } from '../../../cluster/access/certificates.ts';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { giveInput } from '../../../tooling/process/give-input.ts';
import { selfSigned } from '../certificates.ts';
import { type AccessLine, accessLines } from './access-lines.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const run = promisify(execFile);
const CLIENT_MS = 60_000;

const folder = new CertificateFolder();
const one = new ClientAuthority('One');
const two = new ClientAuthority('Two');
const own = one.issue('own', 'DNS:own.test,URI:spiffe://test/own,email:own@test');
const revoked = one.issue('revoked');
one.revoke(revoked);
const web = createServer((request, response) => response.end(`you asked for ${request.url}`));
let ports: {
  readonly strict: number;
  readonly asked: number;
  readonly named: number;
  readonly header: number;
};
let proxy: ProxyProcess;
let told: EndpointServer;
/** The PROXY headers that an endpoint got. */
const headers: Buffer[] = [];

const path = (name: string): string => join(folder.folder, name);

/** Replaces a file at once. */
const write = async (name: string, text: string): Promise<void> => {
  await writeFile(path(`${name}.new`), text);
  await rename(path(`${name}.new`), path(name));
};

before(async () => {
  await folder.write('server', selfSigned(['a.test']));
  for (const [name, identity] of Object.entries({ own, revoked, stranger: two.issue('stranger') }))
    await folder.write(name, identity);
  await write('ca.pem', one.certificate);
  await write('crl.pem', one.list());
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const free = await freePorts(4);
  const [strict, asked, named, header] = free as [number, number, number, number];
  ports = { strict, asked, named, header };
  told = await startEndpoint((socket) =>
    socket.once('data', (data: Buffer) => {
      headers.push(data);
      socket.end('told');
    }),
  );
  const tls = { mode: 'Terminate' as const, certificateFiles: [folder.files('server')] };
  const authorities = { caFiles: [path('ca.pem')], crlFiles: [path('crl.pem')] };
  proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: [
      { name: 'strict', port: strict, backend: 'web', tls: { ...tls, clientCertificates: authorities } },
      {
        name: 'asked',
        port: asked,
        backend: 'web',
        tls: { ...tls, clientCertificates: { ...authorities, mode: 'Request' } },
      },
      {
        name: 'named',
        port: named,
        backend: 'web',
        tls: { ...tls, clientCertificates: { ...authorities, allowedSans: ['*.other.test', '*@test'] } },
      },
      {
        name: 'header',
        port: header,
        backend: 'told',
        tls: { ...tls, alpn: ['h2', 'http/1.1'], clientCertificates: { ...authorities, mode: 'Request' } },
      },
    ],
    backends: [
      {
        name: 'told',
        endpoints: [{ address: '127.0.0.1', port: told.port }],
        proxyProtocol: { version: 'V2', tlvs: ['CRC32C', 'Authority', 'ALPN', 'ClientCertificate'] },
      },
      { name: 'web', endpoints: [{ address: '127.0.0.1', port: (web.address() as AddressInfo).port }] },
    ],
  });
});

after(async () => {
  await proxy?.stop();
  await told?.close();
  web.closeAllConnections();
  web.close();
  for (const each of [folder, one, two]) each[Symbol.dispose]();
});

/** What curl gets, with a certificate of its own or none; fails if it gets nothing. */
const curl = async (port: number, shown?: string): Promise<string> => {
  const { certificate, key } = folder.files(shown ?? '');
  const { stdout } = await run(
    'curl',
    [
      ...['--silent', '--show-error', '--insecure', '--resolve', `a.test:${port}:127.0.0.1`],
      ...(shown === undefined ? [] : ['--cert', certificate, '--key', key]),
      `https://a.test:${port}/there`,
    ],
    { timeout: CLIENT_MS },
  );
  return stdout;
};

/** The program openssl as a client: what it prints, whether it is refused or not. */
const sClient = async (port: number, args: readonly string[], shown?: string): Promise<string> => {
  const { certificate, key } = folder.files(shown ?? '');
  const client = run(
    'openssl',
    [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'a.test', '-ign_eof', ...args],
      ...(shown === undefined ? [] : ['-cert', certificate, '-key', key]),
    ],
    { timeout: CLIENT_MS },
  );
  giveInput(client.child, 'GET /openssl HTTP/1.0\r\n\r\n');
  try {
    const { stdout, stderr } = await client;
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return stdout + stderr;
  }
};

const untilLogged = (what: string, isMeant: (line: AccessLine) => boolean): Promise<void> =>
  proxy.until(`logging ${what}`, async () => accessLines(proxy).some(isMeant));

test('curl with a certificate of the authority is served, and its names are in the access log', async () => {
  assert.equal(await curl(ports.strict, 'own'), 'you asked for /there');
  const fingerprint = new X509Certificate(own.certificate).fingerprint256.replaceAll(':', '').toLowerCase();
  await untilLogged(
    'the certificate',
    ({ listener, clientSubject, clientFingerprint, clientAltNames, serverName }) =>
      listener === 'strict' &&
      clientSubject === 'CN=own,O=Test' &&
      clientFingerprint === fingerprint &&
      `${clientAltNames}` === 'DNS:own.test,URI:spiffe://test/own,email:own@test' &&
      serverName === 'a.test',
  );
});

test('curl with an address of e-mail that is allowed is served, one with other names is not', async () => {
  assert.equal(await curl(ports.named, 'own'), 'you asked for /there');
  await assert.rejects(curl(ports.named, 'revoked'));
  await folder.write('other', one.issue('other'));
  await assert.rejects(curl(ports.named, 'other'));
  await untilLogged(
    'the name',
    ({ tlsFailure, clientSubject, reason, endedBy }) =>
      tlsFailure === 'ClientNameNotAllowed' &&
      clientSubject === 'CN=other,O=Test' &&
      reason === 'TlsClientRefused' &&
      endedBy === 'Proxy',
  );
});

test('a client without a certificate is served only where one is not required', async () => {
  assert.equal(await curl(ports.asked), 'you asked for /there');
  await assert.rejects(curl(ports.strict));
});

const REFUSED = [
  [undefined, 'ClientCertificateMissing', /certificate required|handshake failure/],
  ['stranger', 'ClientCertificateUntrusted', /unknown ca/],
  ['revoked', 'ClientCertificateRevoked', /certificate revoked/],
] as const;

for (const version of ['tls1_2', 'tls1_3'])
  for (const [shown, failure, alert] of REFUSED)
    test(`openssl s_client -${version} with ${shown ?? 'no'} certificate gets an alert, and ${failure} is logged`, async () => {
      assert.match(await sClient(ports.strict, [`-${version}`], shown), alert);
      await untilLogged(
        failure,
        ({ listener, tlsFailure, reason }) =>
          listener === 'strict' && tlsFailure === failure && reason === 'TlsClientRefused',
      );
      assert.ok(
        (await proxy.metric('l4balancer_tls_handshake_failures_total', { listener: 'strict', failure })) > 0,
      );
    });

test('no client is asked to compress its certificate, which would cost it more than the handshake', async () => {
  const said = await sClient(ports.strict, ['-tls1_3', '-trace'], 'own');
  const [, request = ''] =
    /CertificateRequest, Length[\s\S]*?extensions,([\s\S]*?)Received Record/.exec(said) ?? [];
  assert.match(request, /extension_type=signature_algorithms\(13\)/);
  assert.doesNotMatch(request, /\(27\)/, 'compress_certificate');
});

test('openssl s_client is told which authorities are accepted', async () => {
  assert.match(await sClient(ports.strict, [], 'own'), /Acceptable client certificate CA names\s+CN = One/);
});

const findings = async (): Promise<readonly string[]> =>
  (await proxy.status()).findings.map(({ code, listener, message }) => `${code} ${listener} ${message}`);

const untilFound = (what: RegExp): Promise<void> =>
  proxy.until(`telling that ${what}`, async () => (await findings()).some((text) => what.test(text)));

const untilNothingFound = (): Promise<void> =>
  proxy.until('without a finding', async () => (await findings()).length === 0);

test('a bundle that changes counts for new connections; a bad one leaves the last one in use, and is told', async () => {
  const session = path('session');
  await sClient(ports.strict, ['-sess_out', session], 'own');
  assert.match(await sClient(ports.strict, ['-sess_in', session], 'own'), /^Reused/m);
  await write('ca.pem', 'garbage');
  await untilFound(/^CaBundleInvalid strict .*The one read before stays in use/);
  assert.equal(await curl(ports.strict, 'own'), 'you asked for /there');
  await write('crl.pem', `${one.list()}${two.list()}`);
  await write('ca.pem', one.certificate + two.certificate);
  await untilNothingFound();
  await proxy.until('accepting the other authority', async () =>
    (await sClient(ports.strict, [], 'stranger')).includes('you asked for /openssl'),
  );
  assert.doesNotMatch(await sClient(ports.strict, ['-sess_in', session], 'own'), /^Reused/m);
});

/** Whether a client with this certificate gets an answer now. */
const isServed = async (shown: string): Promise<boolean> =>
  (await sClient(ports.strict, [], shown)).includes('you asked for /openssl');

test('a list that changes revokes a certificate at once; a bad one leaves the last one in use, and is told', async () => {
  const short: Identity = one.issue('short');
  await folder.write('short', short);
  assert.equal(await isServed('short'), true);
  one.revoke(short);
  await write('crl.pem', `${one.list()}${two.list()}`);
  await proxy.until('refusing it', async () => !(await isServed('short')));
  for (const [bad, problem] of [
    ['', /^RevocationListInvalid strict .*empty or no PEM.*The one read before stays in use/],
    [`${one.list(-1)}${two.list()}`, /^RevocationListInvalid strict .*expired on .*stays in use/],
  ] as const) {
    await write('crl.pem', bad);
    await untilFound(problem);
    assert.deepEqual([await isServed('short'), await isServed('own')], [false, true]);
  }
  const forger = new ClientAuthority('One');
  await write('crl.pem', `${forger.list()}${two.list()}`);
  forger[Symbol.dispose]();
  await untilFound(/^RevocationListInvalid strict .*has not signed\. The one read before/);
  assert.deepEqual([await isServed('short'), await isServed('own')], [false, true]);
  await write('crl.pem', `${one.list()}${two.list()}`);
  await untilNothingFound();
});

/** TLVs by type, as they are written from `at` on. */
const tlvsOf = (bytes: Buffer, at: number, end: number): ReadonlyMap<number, Buffer> => {
  const found = new Map<number, Buffer>();
  for (let next = at; next < end; ) {
    const value = next + 3;
    const length = bytes.readUInt16BE(next + 1);
    found.set(bytes[next] as number, bytes.subarray(value, value + length));
    next = value + length;
  }
  return found;
};

/** What the newest header has: server name and protocol, and of TLS its first bytes and texts by type. */
const newestHeader = () => {
  const header = headers.at(-1) ?? assert.fail('no header');
  const tlvs = tlvsOf(header, 16 + 12, 16 + header.readUInt16BE(14));
  const ssl = tlvs.get(0x20) ?? assert.fail('nothing of TLS');
  const within = tlvsOf(ssl, 5, ssl.length);
  return {
    names: [0x02, 0x01].map((type) => tlvs.get(type)?.toString()),
    head: [...ssl.subarray(0, 5)],
    texts: [0x21, 0x22, 0x23, 0x24, 0x25].map((type) => within.get(type)?.toString()),
    certificate: within.get(0x28),
  };
};

test('an endpoint is told of TLS and of the certificate in the PROXY header, also when a session is resumed', async () => {
  const session = path('told');
  const args = ['-alpn', 'h2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256', '-tls1_2'];
  assert.match(await sClient(ports.header, [...args, '-sess_out', session], 'own'), /^told/m);
  const { names, head, texts, certificate } = newestHeader();
  assert.deepEqual(names, ['a.test', 'h2']);
  assert.deepEqual(head, [7, 0, 0, 0, 0]);
  assert.deepEqual(texts, ['TLSv1.2', 'own', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'ecdsa-with-SHA256', 'EC256']);
  assert.deepEqual(certificate, new X509Certificate(own.certificate).raw);
  assert.match(await sClient(ports.header, [...args, '-sess_in', session]), /^Reused/m);
  const resumed = newestHeader();
  assert.deepEqual([resumed.head, resumed.texts[1]], [[5, 0, 0, 0, 0], 'own']);
});

test('an endpoint is told that a client has shown no certificate', async () => {
  await sClient(ports.header, []);
  const { names, head, texts, certificate } = newestHeader();
  assert.deepEqual(names, ['a.test', undefined]);
  assert.deepEqual(head, [1, 0, 0, 0, 1]);
  assert.deepEqual([texts[0], texts[1], certificate], ['TLSv1.3', undefined, undefined]);
});
