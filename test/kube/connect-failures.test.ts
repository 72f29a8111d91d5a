import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { createAuthority } from '../../cluster/access/certificates.ts';
import { connect } from '../../kube/connect.ts';
import type { Transport } from '../../kube/transport.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { startFlakyProxy } from './flaky-proxy.ts';
import { kubeconfigFolder } from './kubeconfig-file.ts';
import { type Answer, startWebServer } from './web-server.ts';

const files = kubeconfigFolder();
after(files.remove);

const base64 = (text: string) => Buffer.from(text).toString('base64');
const to = (cluster: object) => connect({ kubeconfig: files.kubeconfig({ cluster, user: { token: 'x' } }) });
const version: Answer = (_, response) => response.end('{"gitVersion":"v1"}');
const VERSION = { method: 'GET', path: '/version' } as const;

async function fails(transport: Transport, code: string, message: RegExp, timeoutMs = 20_000): Promise<void> {
  try {
    await assert.rejects(transport.request({ ...VERSION, timeoutMs }), (error: Error & { code?: string }) => {
      assert.equal(`${error.name} ${error.code}`, code, error.message);
      assert.match(error.message, message);
      assert.match(error.message, /^GET \/version: /);
      return true;
    });
  } finally {
    await transport.close();
  }
}

async function failsAt(
  server: { readonly port: number; stop(): Promise<void> },
  cluster: (port: number) => object,
  code: string,
  message: RegExp,
  timeoutMs?: number,
): Promise<void> {
  try {
    await fails(await to(cluster(server.port)), code, message, timeoutMs);
  } finally {
    await server.stop();
  }
}

const https =
  (more: object = {}) =>
  (port: number) => ({ server: `https://127.0.0.1:${port}`, ...more });
const http = (port: number) => ({ server: `http://127.0.0.1:${port}` });

describe('a call without an answer explains the reason:', () => {
  test('nothing listens on the port', async () =>
    fails(
      await to({ server: `https://127.0.0.1:${await freePort()}` }),
      'TransportError ConnectionRefused',
      /at https:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED.*check that the API server is running/,
    ));

  test('the name does not resolve', async () =>
    fails(
      await to({ server: 'https://api.invalid:6443' }),
      'TransportError HostNotFound',
      /api\.invalid.*DNS/,
    ));

  test('the certificate has expired', async () => {
    const longAgo = new Date(Date.now() - 11 * 365 * 24 * 3_600_000);
    const authority = createAuthority('old', longAgo);
    const identity = authority.issue({ commonName: 'api', altNames: ['127.0.0.1'] });
    const server = await startWebServer(version, '127.0.0.1', identity);
    const trusted = { 'certificate-authority-data': base64(authority.certificate) };
    await failsAt(
      server,
      https(trusted),
      'TransportError CertificateRefused',
      /CERT_HAS_EXPIRED.*was renewed/,
    );
  });

  test('the certificate is from an unknown authority', async () => {
    const identity = createAuthority('theirs').issue({ commonName: 'api', altNames: ['127.0.0.1'] });
    const server = await startWebServer(version, '127.0.0.1', identity);
    const trusted = { 'certificate-authority-data': base64(createAuthority('ours').certificate) };
    await failsAt(server, https(trusted), 'TransportError CertificateRefused', /check certificate-authority/);
  });

  test('the certificate is for another host', async () => {
    const authority = createAuthority('ours');
    const identity = authority.issue({ commonName: 'api', altNames: ['other.example'] });
    const server = await startWebServer(version, '127.0.0.1', identity);
    const trusted = { 'certificate-authority-data': base64(authority.certificate) };
    await failsAt(
      server,
      https(trusted),
      'TransportError CertificateRefused',
      /ALTNAME_INVALID.*tls-server-name/,
    );
  });

  test('the server does not use TLS', async () =>
    failsAt(
      await startWebServer(version),
      https(),
      'TransportError BadAnswer',
      /check the address and proxies/,
    ));

  test('the server does not speak HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}); // the client closes the connection on nonsense
      socket.end('220 smtp ready\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stop = async () => void server.close();
    await failsAt({ port, stop }, http, 'TransportError BadAnswer', /not match the HTTP/);
  });

  test('the answer is not JSON', async () => {
    const server = await startWebServer((_, response) => response.end('<html>Log in</html>'));
    await failsAt(server, http, 'TransportError BadAnswer', /not JSON: "<html>Log in/);
  });

  test('the connection is lost within the answer', async () => {
    const server = await startWebServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":', () => response.destroy());
    });
    await failsAt(server, http, 'TransportError ConnectionLost', /the connection was lost/);
  });

  test('the server accepts the connection but sends nothing', async () =>
    failsAt(
      await startWebServer(() => {}),
      http,
      'TransportError Timeout',
      /no complete response within 0\.2 s/,
      200,
    ));

  test('the server never finishes the TLS handshake', async () => {
    const server = await startWebServer(version);
    const proxy = await startFlakyProxy(server.port);
    proxy.stall();
    const transport = await to(https()(proxy.port));
    try {
      await assert.rejects(transport.request({ ...VERSION, timeoutMs: 200 }), (error: Error) => {
        assert.match(error.message, /no complete response within 0\.2 s/);
        // The deadline of the call applies, long before the limit for connecting.
        assert.equal((error.cause as Error).name, 'AbortError');
        return true;
      });
    } finally {
      await transport.close();
      await proxy.stop();
      await server.stop();
    }
  });

  test('the transport is closed', async () => {
    const transport = await to({ server: 'https://127.0.0.1:1' });
    await transport.close();
    await fails(transport, 'TransportError Stopped', /has been closed/);
  });

  test('the caller cancels it', async () => {
    const server = await startWebServer(() => {});
    const transport = await to(http(server.port));
    try {
      const giveUp = new AbortController();
      const call = transport.request({ ...VERSION, signal: giveUp.signal });
      giveUp.abort();
      await assert.rejects(call, { name: 'TransportError', code: 'Stopped' });
      await assert.rejects(transport.request({ ...VERSION, signal: giveUp.signal }), { code: 'Stopped' });
    } finally {
      await transport.close();
      await server.stop();
    }
  });
});

describe('an error answer', () => {
  test('reports how long to wait', async () => {
    const server = await startWebServer((_, response) => {
      response.writeHead(429, { 'retry-after': '3' }).end('slow down');
    });
    const transport = await to(http(server.port));
    try {
      await assert.rejects(transport.request(VERSION), { code: 'TooManyRequests', retryAfterMs: 3_000 });
    } finally {
      await transport.close();
      await server.stop();
    }
  });

  test('to opening a watch is thrown like that to a request', async () => {
    const server = await startWebServer((_, response) => response.writeHead(410).end('{"reason":"Expired"}'));
    const transport = await to(http(server.port));
    try {
      await assert.rejects(Array.fromAsync(transport.lines(VERSION)), { code: 'Gone', reason: 'Expired' });
    } finally {
      await transport.close();
      await server.stop();
    }
  });
});
