import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { type ChildError, runChild } from '../../../tooling/process/child.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { goProgram } from '../../go-program.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** Clients of the TLS of languages that do not use OpenSSL, against a listener that ends TLS. */
const SOURCES = fileURLToPath(new URL('./language-clients/', import.meta.url));
const NAME = 'a.test';
const WITHIN_MS = 120_000;

const authority = createAuthority('The authority of the test');
const clients = new ClientAuthority('The authority of clients');
const folder = new CertificateFolder();
let classes: string;
let go: string;
let endpoint: EndpointServer;
let proxy: ProxyProcess;
let ports: { readonly any: number; readonly known: number };

before(async () => {
  classes = await mkdtemp(join(tmpdir(), 'l4b-java-'));
  const issued = authority.issue({ commonName: NAME, altNames: [NAME] });
  await folder.write(NAME, { ...issued, certificate: issued.certificate + authority.certificate });
  await folder.write('authority', { certificate: authority.certificate, key: '' });
  await folder.write('clients', { certificate: clients.certificate, key: '' });
  await folder.write('client', clients.issue('client.test'));
  const { certificate, key } = folder.files('client');
  await runChild([
    ...(['openssl', 'pkcs12', '-export', '-in', certificate, '-inkey', key] as const),
    ...['-passout', 'pass:secret', '-out', pkcs12()],
  ]);
  go = await goProgram('tls-client', join(SOURCES, 'go'), 'A client for tests of TLS');
  endpoint = await startEndpoint(echo);
  const [any, known] = (await freePorts(2)) as [number, number];
  ports = { any, known };
  const tls = {
    mode: 'Terminate' as const,
    certificateFiles: [folder.files(NAME)],
    alpn: ['http/1.1'],
  };
  proxy = await ProxyProcess.start({
    listeners: [
      { name: 'any', port: any, backend: 'echo', tls },
      {
        name: 'known',
        port: known,
        backend: 'echo',
        tls: {
          ...tls,
          clientCertificates: { mode: 'Require', caFiles: [folder.files('clients').certificate] },
        },
      },
    ],
    backends: [{ name: 'echo', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
});

after(async () => {
  await proxy?.stop();
  await endpoint?.close();
  await rm(classes, { recursive: true, force: true });
  clients[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const pkcs12 = (): string => join(folder.folder, 'client.p12');

interface Visit {
  readonly port: number;
  readonly name?: string;
  readonly version?: string;
  readonly hasCertificate?: boolean;
  /** How much it sends before the line that is answered. */
  readonly bytes?: number;
}

const withGo = ({
  port,
  name = NAME,
  version = '1.3',
  hasCertificate = false,
  bytes = 0,
}: Visit): Promise<string> => {
  const { certificate, key } = folder.files('client');
  const own = hasCertificate ? ['-cert', certificate, '-key', key] : [];
  return runChild(
    [
      ...([go, '-address', `127.0.0.1:${port}`, '-name', name, '-version', version] as const),
      ...['-ca', folder.files('authority').certificate, '-bytes', `${bytes}`, ...own],
    ],
    { signal: AbortSignal.timeout(WITHIN_MS) },
  );
};

/** Compiled once. A machine without it is told what to install: it is no reason to skip the test. */
let compiled: Promise<unknown> | undefined;
const withJava = async ({
  port,
  name = NAME,
  version = '1.3',
  hasCertificate = false,
  bytes = 0,
}: Visit): Promise<string> => {
  compiled ??= runChild(['javac', '-d', classes, join(SOURCES, 'TlsClient.java')]).catch(
    (error: ChildError) =>
      assert.fail(
        error.code === 'ChildMissing'
          ? 'javac is not installed: install Debian’s default-jdk-headless, as .ci/run does'
          : error.message,
      ),
  );
  await compiled;
  return runChild(
    [
      ...(['java', '-XX:TieredStopAtLevel=1', '-cp', classes, 'TlsClient', `${port}`, name] as const),
      ...[folder.files('authority').certificate, version, `${bytes}`, ...(hasCertificate ? [pkcs12()] : [])],
    ],
    { signal: AbortSignal.timeout(WITHIN_MS) },
  );
};

const failing = async (visit: Promise<string>): Promise<string> =>
  visit.then(
    (output) => assert.fail(`did not fail: ${output}`),
    (error: ChildError) => error.lastLines.join('\n'),
  );

const CLIENTS = [
  { language: 'Go', visit: withGo, versionText: 'TLS ', badName: /certificate is valid for a\.test, not/ },
  {
    language: 'Java',
    visit: withJava,
    versionText: 'TLSv',
    badName: /No subject alternative DNS name matching/,
  },
] as const;

let refused = 0;
const causes = (): Promise<number> =>
  proxy.metric('l4balancer_tls_handshake_failures_total', {
    listener: 'known',
    failure: 'ClientCertificateMissing',
  });

for (const { language, visit, versionText, badName } of CLIENTS) {
  for (const version of ['1.2', '1.3'])
    test(`a client in ${language} speaks TLS ${version}, agrees on a protocol, and resumes its session`, async () => {
      const lines = (await visit({ port: ports.any, version })).trim().split('\n');
      assert.deepEqual(
        lines,
        [false, true].map((isResumed) => `${versionText}${version} http/1.1 resumed=${isResumed} hello`),
      );
    });

  test(`a client in ${language} verifies the name of the server`, async () => {
    assert.match(await failing(visit({ port: ports.any, name: 'b.test' })), badName);
  });

  for (const version of ['1.2', '1.3'])
    test(`a client in ${language} shows its certificate with TLS ${version}, and is refused without`, async () => {
      const output = await visit({ port: ports.known, version, hasCertificate: true });
      assert.match(output, /resumed=false hello\n.*resumed=true hello/);
      // It has sent more than is read ahead when it is refused.
      assert.match(
        await failing(visit({ port: ports.known, version, bytes: 150_000 })),
        /certificate.required|handshake.failure|bad.certificate/i,
      );
      refused++;
      assert.equal(await causes(), refused);
    });
}
