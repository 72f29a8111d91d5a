import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { parse } from 'yaml';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import type { EndpointStatus } from '../../../report/status.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type BackendInput, type Manifest, ProxyProcess } from './proxy-process.ts';

const SAMPLE = new URL('../../../crds/samples/health.yaml', import.meta.url);

/**
 * A backend of the sample with endpoints on this machine, and with checks that are frequent enough for a
 * test.
 */
const fromSample = async (name: string, ports: readonly number[], every = '200ms'): Promise<BackendInput> => {
  const { spec } = parse(await readFile(SAMPLE, 'utf8')) as { spec: { backends: BackendInput[] } };
  const { service, healthCheck, ...backend } = spec.backends.find((one) => one.name === name) ?? { name };
  assert.ok(service !== undefined && healthCheck !== undefined);
  return {
    ...backend,
    healthCheck: { ...healthCheck, interval: every, timeout: every },
    endpoints: ports.map((port) => ({ address: '127.0.0.1', port })),
  };
};

const manifest = async (backend: BackendInput): Promise<Manifest> => ({
  listeners: [{ name: 'l', port: (await freePorts(1))[0] as number, backend: backend.name }],
  backends: [backend],
});

const statusOf = async (proxy: ProxyProcess, port: number): Promise<EndpointStatus> => {
  const found = (await proxy.status()).backends[0]?.endpoints.find((one) => one.port === port);
  assert.ok(found !== undefined);
  return found;
};

/** Waits until the endpoint is used, or not, for this reason, and expects the metric to agree. */
const untilUsed = async (
  proxy: ProxyProcess,
  port: number,
  used: boolean,
  reason?: string,
): Promise<void> => {
  await proxy.until(used ? 'using the endpoint' : 'leaving the endpoint out', async () => {
    const status = await statusOf(proxy, port);
    return status.used === used && status.reason === reason;
  });
  const endpoint = `127.0.0.1:${port}`;
  assert.equal(await proxy.metric('l4balancer_endpoint_healthy', { endpoint }), used ? 1 : 0);
};

test('a TLS check takes an endpoint out of service while it completes no handshakes', async () => {
  const { certificate, key } = createAuthority('throwaway').issue({ commonName: 'endpoint' });
  const [port] = (await freePorts(1)) as [number];
  const names = new Set<unknown>();
  const open = async (): Promise<() => Promise<void>> => {
    const server = tls.createServer({ cert: certificate, key }, (socket) => {
      names.add(socket.servername);
      socket.on('error', () => {});
      socket.end();
    });
    server.on('tlsClientError', () => {});
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return async () => {
      server.close();
      await once(server, 'close');
    };
  };
  const close = await open();
  const other = await startEndpoint(greet('other'));
  const proxy = await ProxyProcess.start(await manifest(await fromSample('secure', [port, other.port])));
  try {
    // The other endpoint does not speak TLS, so it is out of service from the first check on.
    await untilUsed(proxy, other.port, false, 'the answer is not TLS');
    await untilUsed(proxy, port, true);
    await proxy.until('checking', async () => (await statusOf(proxy, port)).health === 'Healthy');
    assert.deepEqual([...names], ['shop.example']);
    await close();
    const mute = await startEndpoint((socket) => socket.resume(), '127.0.0.1', port);
    // Now none is healthy, so both are used; the result of each check is reported all the same.
    await proxy.until('reporting the silent endpoint as unhealthy', async () => {
      const { health, reason } = await statusOf(proxy, port);
      return health === 'Unhealthy' && reason === 'no answer within 200 ms';
    });
    await mute.close();
    const closeAgain = await open();
    await proxy.until(
      'reporting the endpoint as healthy',
      async () => (await statusOf(proxy, port)).health === 'Healthy',
    );
    await untilUsed(proxy, other.port, false, 'the answer is not TLS');
    await closeAgain();
  } finally {
    await proxy.stop();
    await other.close();
  }
});

/** A server of grpc.health.v1 whose answer can be changed. */
const startGrpc = async (serving: number) => {
  const says = { serving };
  const asked: string[] = [];
  const server = http2.createServer();
  server.on('stream', (stream: http2.ServerHttp2Stream) => {
    stream.on('error', () => {});
    stream.on('data', (part: Buffer) => asked.push(part.subarray(7).toString()));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, says.serving]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    says,
    asked,
    port: (server.address() as AddressInfo).port,
    close: () => (server as unknown as Server).close(),
  };
};

test('a gRPC check takes an endpoint out of service while it reports NOT_SERVING', async () => {
  const [first, second] = [await startGrpc(1), await startGrpc(1)];
  // Long enough that no check times out on a busy machine: the endpoint must be found unhealthy by its
  // answer.
  const backend = await fromSample('grpc', [first.port, second.port], '1s');
  const proxy = await ProxyProcess.start(await manifest(backend));
  try {
    await untilUsed(proxy, first.port, true);
    first.says.serving = 2;
    await untilUsed(proxy, first.port, false, 'the endpoint says NOT_SERVING');
    await untilUsed(proxy, second.port, true);
    first.says.serving = 1;
    await untilUsed(proxy, first.port, true);
    assert.ok(first.asked.every((service) => service === 'shop.Cart'));
    const labels = { backend: 'grpc', to: 'Unhealthy', cause: 'Status' };
    assert.equal(await proxy.metric('l4balancer_health_transitions_total', labels), 1);
    assert.match(proxy.output, /"to":"Unhealthy","cause":"Status","reason":"the endpoint says NOT_SERVING"/);
  } finally {
    await proxy.stop();
    first.close();
    second.close();
  }
});

test('an HTTPS check of another port uses the configured name and takes a failing endpoint out of service', async () => {
  const { certificate, key } = createAuthority('throwaway').issue({ commonName: 'endpoint' });
  const [serving, checked] = (await freePorts(2)) as [number, number];
  const addresses = ['127.0.0.1', '127.0.0.2'] as const;
  const statuses = new Map<string, number>(addresses.map((address) => [address, 200]));
  const asked = new Set<string>();
  const pages = addresses.map((address) =>
    https
      .createServer({ cert: certificate, key }, (request, response) => {
        const { servername } = request.socket as tls.TLSSocket;
        asked.add(`${servername} ${request.headers.host} ${request.url}`);
        response.writeHead(statuses.get(address) ?? 500).end();
      })
      .listen(checked, address),
  );
  const endpoints = [];
  for (const address of addresses) endpoints.push(await startEndpoint(greet(address), address, serving));
  const sample = await fromSample('web', []);
  const proxy = await ProxyProcess.start(
    await manifest({
      ...sample,
      healthCheck: { ...(sample.healthCheck as object), port: checked },
      endpoints: addresses.map((address) => ({ address, port: serving })),
    }),
  );
  const of = async (address: string): Promise<EndpointStatus | undefined> =>
    (await proxy.status()).backends[0]?.endpoints.find((one) => one.address === address);
  try {
    await proxy.until('reporting both endpoints as healthy', async () => {
      const all = (await proxy.status()).backends[0]?.endpoints ?? [];
      return all.length === 2 && all.every(({ health }) => health === 'Healthy');
    });
    statuses.set('127.0.0.2', 503);
    await proxy.until('not using the failing endpoint', async () => {
      const { used, reason } = (await of('127.0.0.2')) ?? {};
      return used === false && reason === 'status 503, expected 200 or 204';
    });
    assert.equal((await of('127.0.0.1'))?.used, true);
    assert.deepEqual([...asked], ['web.internal web.internal /health']);
  } finally {
    await proxy.stop();
    for (const page of pages) page.close();
    for (const endpoint of endpoints) await endpoint.close();
  }
});

/** A server over UDP that answers with what it says at the moment, or not at all. */
const startDatagramServer = async (says: string) => {
  const server = { says: says as string | undefined, asked: new Set<string>(), port: 0 };
  const socket = dgram.createSocket('udp4', (datagram, from) => {
    server.asked.add(datagram.toString());
    if (server.says !== undefined) socket.send(server.says, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return Object.assign(server, { port: socket.address().port, close: () => socket.close() });
};

test('a UDP check takes an endpoint out of service while its answer lacks what is expected', async () => {
  const servers = [await startDatagramServer('\x00 up'), await startDatagramServer('\x00 up')] as const;
  const [first, second] = servers;
  const proxy = await ProxyProcess.start(
    await manifest({
      name: 'game',
      endpoints: servers.map(({ port }) => ({ address: '127.0.0.1', port })),
      healthCheck: {
        type: 'UDP',
        udp: { send: 'status\\n', expect: '\\x00 up' },
        interval: '1s',
        timeout: '1s',
      },
    }),
  );
  try {
    await untilUsed(proxy, first.port, true);
    first.says = 'down';
    await untilUsed(proxy, first.port, false, 'the answer "down" does not contain "\\x00 up"');
    await untilUsed(proxy, second.port, true);
    first.says = '\x00 up';
    await untilUsed(proxy, first.port, true);
    first.close();
    await untilUsed(proxy, first.port, false, 'port unreachable: no process listens on it');
    assert.deepEqual([...first.asked], ['status\n']);
  } finally {
    await proxy.stop();
    second.close();
  }
});

test(
  'an endpoint whose ICMP check the kernel forbids stays in service with a finding, and is checked once it is allowed',
  NEEDS_OWN_NETWORK,
  () => {
    const program = new URL('./ping-program.ts', import.meta.url).pathname;
    const prepare = 'echo "1 0" > /proc/sys/net/ipv4/ping_group_range';
    assert.deepEqual(runInOwnNetwork(program, { prepare }), {
      forbidden: {
        findings: [
          'ChecksNotMade spec.backends[0].healthCheck Health checks of backend "web" cannot be made, so they take no endpoint out of service: the proxy may not send ICMP: set the sysctl net.ipv4.ping_group_range to "0 2147483647", in a cluster in spec.tuning.sysctls or on the node, or choose another type of check',
        ],
        health: 'Unknown',
        used: true,
      },
      allowed: { health: 'Healthy', used: true },
    });
  },
);
