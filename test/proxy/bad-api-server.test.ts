import assert from 'node:assert/strict';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { type Authority, createAuthority } from '../../cluster/access/certificates.ts';
import { renderKubeconfig } from '../../cluster/access/kubeconfig.ts';
import { closedPort, ends, file, folder, listening, printTable, warns } from './bad-input.ts';

const RESOURCE = { L4B_NAMESPACE: 'default', L4B_NAME: 'edge', L4B_DRAIN_DELAY: '0s' };

/**
 * A kubeconfig for a server at `port`, whose certificate `server` signed, and for a user, whose certificate
 * `client` signed.
 */
const kubeconfig = (port: number, server: Authority, client = server): string =>
  file(
    renderKubeconfig({
      url: `https://127.0.0.1:${port}`,
      authority: server.certificate,
      user: 'proxy',
      identity: client.issue({ commonName: 'proxy' }),
    }),
  );
const asServer = (authority: Authority, options: tls.TlsOptions = {}) => {
  const { certificate, key } = authority.issue({ commonName: 'api', altNames: ['127.0.0.1'] });
  return tls.createServer({ cert: certificate, key, ...options });
};
const VALID = createAuthority('valid');
const TWENTY_YEARS_MS = 20 * 365 * 24 * 3_600_000;
const EXPIRED = createAuthority('expired', new Date(Date.now() - TWENTY_YEARS_MS));

test('credentials that cannot be read are rejected', async () => {
  const env = (path: string) => ({ ...RESOURCE, KUBECONFIG: path });
  await ends({ tried: 'KUBECONFIG: no such file', env: env(join(folder, 'no')) }, 2, /no/);
  await ends({ tried: 'KUBECONFIG: no kubeconfig', env: env(file('just text')) }, 2, /kubeconfig/);
  await ends(
    { tried: 'neither a pod nor a kubeconfig', env: { ...RESOURCE, HOME: folder } },
    2,
    /kubeconfig/,
  );
});

/** A server that answers every request with an API server's Status. */
const refusing = (code: number, reason: string, options: tls.TlsOptions = {}) =>
  asServer(VALID, options).on('secureConnection', (socket) => {
    const body = JSON.stringify({
      kind: 'Status',
      status: 'Failure',
      reason,
      message: `${reason} by the server ${socket.authorizationError ?? ''}`.trim(),
      code,
    });
    socket.on('error', () => {});
    socket.on('data', () =>
      socket.write(
        `HTTP/1.1 ${code} x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      ),
    );
  });

const AWAY: readonly {
  readonly tried: string;
  readonly server: () => net.Server | undefined;
  readonly config?: (port: number) => string;
  readonly says: RegExp;
}[] = [
  {
    tried: 'API server unreachable',
    server: () => undefined,
    says: /127\.0\.0\.1:\d+.*nothing listens there/,
  },
  {
    tried: "API server's certificate expired",
    server: () => asServer(EXPIRED),
    config: (port) => kubeconfig(port, EXPIRED),
    says: /certificate.*expired/i,
  },
  {
    tried: 'our client certificate expired',
    // Like an API server: the handshake succeeds, and a client without a valid certificate is treated as
    // anonymous.
    server: () =>
      refusing(401, 'Unauthorized', {
        requestCert: true,
        rejectUnauthorized: false,
        ca: VALID.certificate + EXPIRED.certificate,
      }),
    config: (port) => kubeconfig(port, VALID, EXPIRED),
    says: /401 Unauthorized.*CERT_HAS_EXPIRED.*client certificate.*expired/,
  },
  {
    tried: 'API server signed by an unknown authority',
    server: () => asServer(createAuthority('stranger')),
    says: /certificate-authority/,
  },
  {
    tried: 'no TLS at the address',
    server: () => net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH\r\n')),
    says: /no answer from the API server at [^ ]+: wrong version number .* not an API server answered/,
  },
  { tried: 'API server: 401', server: () => refusing(401, 'Unauthorized'), says: /401 Unauthorized.*renew/ },
  { tried: 'API server: 403', server: () => refusing(403, 'Forbidden'), says: /403 Forbidden.*Role/ },
  {
    tried: 'API server: 404',
    server: () => refusing(404, 'NotFound'),
    says: /404 NotFound.*CustomResourceDefinition/,
  },
];
for (const { tried, server, config = (port: number) => kubeconfig(port, VALID), says } of AWAY)
  test(`${tried}: the proxy is not ready and logs the reason`, async () => {
    const made = server();
    const port = made === undefined ? await closedPort() : await listening(made);
    await warns(
      { tried, env: { ...RESOURCE, KUBECONFIG: config(port) } },
      ({ msg, problem }) => String(msg).startsWith('source is unavailable') && problem,
      says,
      async (admin) => {
        const ready = await fetch(`http://127.0.0.1:${admin}/readyz`);
        assert.equal(ready.status, 503);
      },
    );
  });

printTable(11);
