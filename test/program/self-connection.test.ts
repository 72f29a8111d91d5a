import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { isConnectedToItself, refuseSelfConnection } from '../../program/self-connection.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from './own-network.ts';

const PROGRAM = new URL('./self-connection-program.ts', import.meta.url).pathname;
/**
 * A network namespace whose only source port is above the one that is connected to; the program moves it
 * there.
 */
const PREPARE = `
echo "50000 50000" > /proc/sys/net/ipv4/ip_local_port_range
`;

test('a socket connected to itself is distinguished from one connected to a server', async () => {
  const port = await freePort();
  const itself = connect({ host: '127.0.0.1', port, localPort: port });
  await once(itself, 'connect');
  assert.equal(isConnectedToItself(itself), true);
  itself.resetAndDestroy();
  await once(itself, 'close');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const other = connect({ host: '127.0.0.1', port });
  await once(other, 'connect');
  assert.equal(isConnectedToItself(other), false);
  other.destroy();
  server.close();
});

test('a socket with the same port as a server at another address is connected to the server', async (t) => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.2');
  await once(server, 'listening');
  const other = connect({ host: '127.0.0.2', port, localAddress: '127.0.0.1', localPort: port });
  t.after(() => {
    other.destroy();
    server.close();
  });
  await once(other, 'connect');
  assert.equal(isConnectedToItself(other), false);
});

test('a socket connected to itself fails like a refused one, before it is used', async () => {
  const port = await freePort();
  const socket = refuseSelfConnection(connect({ host: '127.0.0.1', port, localPort: port }));
  let used = false;
  socket.on('connect', () => {
    used = !socket.destroyed;
  });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.deepEqual({ code: error.code, used }, { code: 'ECONNREFUSED', used: false });
});

const refused = (address: string) => ({
  isReal: true,
  checks: {
    TCP: 'Refused: connection refused',
    TLS: 'Refused: connection refused',
    HTTP: 'Refused: connection refused',
    HTTPS: 'Refused: connection refused',
    GRPC: 'Refused: connection refused',
    UDP: 'Refused: port unreachable: no process listens on it',
  },
  report: `Cannot read the status of the proxy at ${address}:45000: nothing listens there.`,
  apiServer: ['ECONNREFUSED', 'ECONNREFUSED'],
});

test(
  'when the kernel connects every socket to itself, relay, checks, API client, inspector and scripts report a refused connection',
  NEEDS_OWN_NETWORK,
  () => {
    assert.deepEqual(runInOwnNetwork(PROGRAM, { prepare: PREPARE }), {
      found: [
        {
          ...refused('127.0.0.1'),
          relayed: { how: 'ECONNRESET', read: '', closes: ['ConnectFailed 1'], failures: ['Refused 1'] },
        },
        {
          ...refused('[::1]'),
          relayed: { how: 'ECONNRESET', read: '', closes: ['ConnectFailed 2'], failures: ['Refused 2'] },
        },
      ],
      scripts: false,
      listens: true,
    });
  },
);
