import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { CheckKind } from '../../../../proxy/configuration/health-policy.ts';
import { type CheckRequest, createCheck } from '../../../../proxy/health/check/check.ts';
import type { CheckResult } from '../../../../proxy/health/check/result.ts';
import { libc } from '../../../../proxy/sys/libc.ts';

/** Longer than any check takes that is not meant to time out. */
export const LONG_MS = 20_000;

const check = createCheck(libc());

const servers = new Set<net.Server>();
const sockets = new Set<net.Socket>();
after(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

/** Listens on a free port until the tests of this file have ended; returns the port. */
export const listening = async (server: net.Server, host = '127.0.0.1'): Promise<number> => {
  servers.add(server);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // a check that is cut short ends with a reset
  });
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** A server that handles connections with `behave`, so that its answers can be wrong in any way. */
export const behaving = (behave: (socket: net.Socket) => void): Promise<number> =>
  listening(net.createServer({ allowHalfOpen: true }, behave));

/** A port on which no process listens. */
export const closedPort = async (): Promise<number> => {
  const server = net.createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
};

/** Checks a port of this machine. */
export const checkPort = (
  port: number,
  kind: CheckKind,
  more: Partial<CheckRequest> & { readonly signal?: AbortSignal } = {},
): Promise<CheckResult> => {
  const { signal = new AbortController().signal, ...request } = more;
  return check({ address: '127.0.0.1', port, timeoutMs: LONG_MS, kind, ...request }, signal);
};

export const HTTP = {
  type: 'HTTP',
  path: '/health',
  expectedStatuses: [200, 204],
  host: undefined,
  tls: false,
} as const;
export const TLS = { type: 'TLS', serverName: undefined } as const;
export const GRPC = { type: 'GRPC', service: '' } as const;
export const TCP = { type: 'TCP' } as const;
