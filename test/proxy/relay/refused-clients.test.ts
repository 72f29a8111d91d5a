import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { giveInput } from '../../../tooling/process/give-input.ts';
import { selfSigned } from '../certificates.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { ProxyProcess } from './proxy-process.ts';

/**
 * Clients that have sent much by the time that they are refused: as far as they know, the handshake of TLS
 * 1.3 was complete. It is more than OpenSSL reads ahead, so that a socket that is closed has bytes left.
 */
const REQUEST = `GET / HTTP/1.1\r\nHost: a.test\r\nPadding: ${'x'.repeat(150_000)}\r\n\r\n`;
const CLIENT_MS = 60_000;

const folder = new CertificateFolder();
const one = new ClientAuthority('One');
const two = new ClientAuthority('Two');
const names = ['own', 'revoked', 'stranger', 'expired'] as const;
type Name = (typeof names)[number];
let proxy: ProxyProcess;
let ports: Readonly<Record<'strict' | 'named' | 'sni' | 'old', number>>;

before(async () => {
  await folder.write('server', selfSigned(['a.test']));
  const revoked = one.issue('revoked');
  one.revoke(revoked);
  const identities = {
    own: one.issue('own'),
    revoked,
    stranger: two.issue('stranger'),
    expired: one.issue('expired', 'DNS:expired', 'clientAuth', -1),
  };
  for (const name of names) await folder.write(name, identities[name]);
  const ca = join(folder.folder, 'ca.pem');
  const crl = join(folder.folder, 'crl.pem');
  await writeFile(ca, one.certificate);
  await writeFile(crl, one.list());
  await writeFile(join(folder.folder, 'request'), REQUEST);
  const [strict, named, sni, old] = (await freePorts(4)) as [number, number, number, number];
  ports = { strict, named, sni, old };
  const tls = { mode: 'Terminate' as const, certificateFiles: [folder.files('server')] };
  const clientCertificates = { caFiles: [ca], crlFiles: [crl] };
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'strict', port: strict, backend: 'none', tls: { ...tls, clientCertificates } },
      {
        name: 'named',
        port: named,
        backend: 'none',
        tls: { ...tls, clientCertificates: { ...clientCertificates, allowedSans: ['*.other.test'] } },
      },
      { name: 'sni', port: sni, backend: 'none', tls: { ...tls, strictSni: true } },
      { name: 'old', port: old, backend: 'none', tls: { ...tls, minVersion: 'TLS1.3' } },
    ],
    backends: [{ name: 'none', endpoints: [{ address: '127.0.0.1', port: 1 }] }],
  });
});

after(async () => {
  await proxy?.stop();
  for (const each of [folder, one, two]) each[Symbol.dispose]();
});

interface Visit {
  readonly port: number;
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  readonly serverName: string;
  readonly shown: Name | undefined;
}

/** All that a program says, however it ends. */
const saidBy = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile(program, args, { timeout: CLIENT_MS }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    giveInput(child, REQUEST);
  });

const withOpenssl = ({ port, version, serverName, shown }: Visit): Promise<string> => {
  const { certificate, key } = folder.files(shown ?? '');
  return saidBy('openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', serverName, '-ign_eof', '-quiet'],
    version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3',
    ...(shown === undefined ? [] : ['-cert', certificate, '-key', key]),
  ]);
};

const withCurl = ({ port, version, serverName, shown }: Visit): Promise<string> => {
  const { certificate, key } = folder.files(shown ?? '');
  const number = version.slice(4);
  return saidBy('curl', [
    ...['--silent', '--show-error', '--insecure', `--tlsv${number}`, '--tls-max', number],
    ...[
      '--resolve',
      `${serverName}:${port}:127.0.0.1`,
      '--data-binary',
      `@${join(folder.folder, 'request')}`,
    ],
    ...(shown === undefined ? [] : ['--cert', certificate, '--key', key]),
    `https://${serverName}:${port}/`,
  ]);
};

const withNode = ({ port, version, serverName, shown }: Visit): Promise<string> =>
  new Promise((resolve, reject) => {
    const { certificate, key } = folder.files(shown ?? '');
    const socket = connect({
      ...{ host: '127.0.0.1', port, servername: serverName, rejectUnauthorized: false },
      ...{ minVersion: version, maxVersion: version },
      ...(shown === undefined ? {} : { cert: readFileSync(certificate), key: readFileSync(key) }),
    });
    socket.setTimeout(CLIENT_MS, () => socket.destroy(new Error('silence')));
    socket.on('secureConnect', () => socket.write(REQUEST));
    socket.on('error', (error) => {
      socket.destroy(); // Node leaves it open when an alert comes right behind the handshake of TLS 1.2
      resolve(error.message);
    });
    socket.on('close', () => reject(new Error('it ended in order')));
    socket.resume();
  });

const CLIENTS = { 'openssl s_client': withOpenssl, curl: withCurl, Node: withNode };
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

const REFUSED = [
  ['strict', undefined, 'a.test', /certificate required|handshake failure/],
  ['strict', 'stranger', 'a.test', /unknown ca/],
  ['strict', 'revoked', 'a.test', /certificate revoked/],
  // curl takes this alert in TLS 1.2 for a problem of the server's certificate.
  ['strict', 'expired', 'a.test', /certificate expired|certificate problem/],
  ['named', 'own', 'a.test', /access denied/],
  ['sni', undefined, 'unknown.test', /unrecognized name/],
] as const;

for (const [listener, shown, serverName, why] of REFUSED)
  for (const [program, visit] of Object.entries(CLIENTS))
    test(`${program} says why listener ${listener} refuses ${shown ?? 'no'} certificate for ${serverName}, and reports no reset`, async () => {
      for (const version of VERSIONS) {
        const said = await visit({ port: ports[listener], version, serverName, shown });
        assert.match(said, why, version);
        assert.doesNotMatch(said, /reset|EPIPE|broken pipe/i, version);
      }
    });

for (const [program, visit] of Object.entries(CLIENTS))
  test(`${program} says that it is refused for its version`, async () => {
    const said = await visit({ port: ports.old, version: 'TLSv1.2', serverName: 'a.test', shown: undefined });
    assert.match(said, /protocol version/);
  });

test('all of these connections have ended, each for its reason', async () => {
  const clients = Object.keys(CLIENTS).length * VERSIONS.length;
  const total = (listener: string, reason: string): Promise<number> =>
    proxy.metric('l4balancer_connections_closed_total', { listener, reason });
  for (const [listener, reason, count] of [
    ['strict', 'TlsClientRefused', 4 * clients],
    ['named', 'TlsClientRefused', clients],
    ['sni', 'TlsNameUnknown', clients],
    ['old', 'TlsHandshakeFailed', Object.keys(CLIENTS).length],
  ] as const)
    await proxy.until(
      `ending ${count} connections of ${listener}`,
      async () => (await total(listener, reason)) === count,
    );
});
