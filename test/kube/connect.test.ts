import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { after, describe, test } from 'node:test';
import { createAuthority } from '../../cluster/access/certificates.ts';
import { connect } from '../../kube/connect.ts';
import { kubeconfigFolder } from './kubeconfig-file.ts';
import { startWebServer } from './web-server.ts';

const files = kubeconfigFolder();
after(files.remove);

const authority = createAuthority('test');
const trusted = { 'certificate-authority-data': Buffer.from(authority.certificate).toString('base64') };
const to = (cluster: object) =>
  connect({ kubeconfig: files.kubeconfig({ cluster: { ...trusted, ...cluster }, user: { token: 'x' } }) });
const VERSION = { method: 'GET', path: '/version' } as const;
const tlsServer = (host: string, altName: string) =>
  startWebServer(
    (request, response) => response.end(JSON.stringify({ url: request.url })),
    host,
    authority.issue({ commonName: 'api', altNames: [altName] }),
  );

describe('a transport reaches an API server', () => {
  const cases = [
    [
      'by IPv4',
      '127.0.0.1',
      '127.0.0.1',
      (port: number) => ({ server: `https://127.0.0.1:${port}` }),
      '/version',
    ],
    ['by IPv6', '::1', '::1', (port: number) => ({ server: `https://[::1]:${port}` }), '/version'],
    [
      'by name',
      '127.0.0.1',
      'localhost',
      (port: number) => ({ server: `https://localhost:${port}` }),
      '/version',
    ],
    [
      'under a path, as behind Rancher',
      '127.0.0.1',
      '127.0.0.1',
      (port: number) => ({ server: `https://127.0.0.1:${port}/k8s/c-1/` }),
      '/k8s/c-1/version',
    ],
    [
      'whose certificate is for another name (tls-server-name)',
      '127.0.0.1',
      'api.internal',
      (port: number) => ({ server: `https://127.0.0.1:${port}`, 'tls-server-name': 'api.internal' }),
      '/version',
    ],
    [
      'whose certificate is not checked (insecure-skip-tls-verify)',
      '127.0.0.1',
      'api.internal',
      (port: number) => ({
        server: `https://127.0.0.1:${port}`,
        'insecure-skip-tls-verify': true,
        'certificate-authority-data': undefined,
      }),
      '/version',
    ],
  ] as const;
  for (const [how, host, altName, cluster, url] of cases) {
    test(how, async () => {
      const server = await tlsServer(host, altName);
      const transport = await to(cluster(server.port));
      try {
        assert.deepEqual(await transport.request(VERSION), { url });
      } finally {
        await transport.close();
        await server.stop();
      }
    });
  }

  test('through an HTTP proxy (proxy-url)', async () => {
    const server = await tlsServer('127.0.0.1', '127.0.0.1');
    const targets: (string | undefined)[] = [];
    const proxy = createServer().on('connect', (request, client) => {
      targets.push(request.url);
      const upstream = dial(server.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) socket.on('error', () => upstream.destroy());
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    const transport = await to({
      server: `https://127.0.0.1:${server.port}`,
      'proxy-url': `http://127.0.0.1:${port}`,
    });
    try {
      assert.deepEqual(await transport.request(VERSION), { url: '/version' });
      assert.deepEqual(targets, [`127.0.0.1:${server.port}`]);
    } finally {
      await transport.close();
      await server.stop();
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

describe('a transport', () => {
  test('sends plain JSON with its content type, the query and its user agent', async () => {
    let body = '';
    const server = await startWebServer(async (request, response) => {
      for await (const chunk of request) body += chunk;
      response.end('{}');
    });
    const config = files.kubeconfig({
      cluster: { server: `http://127.0.0.1:${server.port}` },
      user: { token: 'secret' },
    });
    const transport = await connect({ kubeconfig: config, userAgent: 'l4balancer-test/1' });
    try {
      await transport.request({
        method: 'PATCH',
        path: '/x',
        query: { fieldManager: 'a b', force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: { from: [1], default: null },
      });
      const [request] = server.requests;
      assert.equal(request?.method, 'PATCH');
      assert.equal(request?.url, '/x?fieldManager=a+b&force=true');
      assert.equal(request?.headers['content-type'], 'application/apply-patch+yaml');
      assert.equal(request?.headers.authorization, 'Bearer secret');
      assert.equal(request?.headers['user-agent'], 'l4balancer-test/1');
      assert.equal(body, '{"from":[1],"default":null}');
    } finally {
      await transport.close();
      await server.stop();
    }
  });

  test('reuses connections for consecutive calls', async () => {
    const server = await tlsServer('127.0.0.1', '127.0.0.1');
    const transport = await to({ server: `https://127.0.0.1:${server.port}` });
    try {
      for (let i = 0; i < 20; i++) await transport.request(VERSION);
      const used = new Set(server.requests.map((request) => request.socket.remotePort)).size;
      assert.ok(used <= 2, `${used} connections for 20 calls`);
    } finally {
      await transport.close();
      await server.stop();
    }
  });

  test('has connections for requests, however many watches are open', async () => {
    const server = await startWebServer((request, response) => {
      if (request.url === '/version') response.end('{"ok":true}');
      else response.writeHead(200).flushHeaders();
    });
    const transport = await to({ server: `http://127.0.0.1:${server.port}` });
    const stop = new AbortController();
    try {
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]);
      const open = Array.from({ length: 200 }, () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const ended = Array.fromAsync(
          transport.lines({ method: 'GET', path: '/watch', signal, onOpen: resolve }),
        );
        const tooLate = ended.then(() => assert.fail('a watch ended before it was open'));
        return { opened: Promise.race([promise, tooLate]), ended };
      });
      await Promise.all(open.map((each) => each.opened));
      const answers = await Promise.all(Array.from({ length: 100 }, () => transport.request(VERSION)));
      assert.equal(answers.length, 100);
      const ports = (url: string) =>
        new Set(server.requests.filter((each) => each.url === url).map((each) => each.socket.remotePort))
          .size;
      assert.equal(ports('/watch'), 200);
      assert.ok(ports('/version') <= 32, 'requests share a bounded number of connections');
      stop.abort();
      assert.deepEqual(
        (await Promise.all(open.map((each) => each.ended))).flat(),
        [],
        'a stopped watch just ends',
      );
    } finally {
      await transport.close();
      await server.stop();
    }
  });
});
