import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { lateHttp } from '../../program/late-modules.ts';
import { until } from '../../tooling/wait/until.ts';

/** What slow clients send first, and then repeatedly. */
const CLIENTS = [
  ['', ''],
  ['GET / HTTP/1.1\r\nHost: a\r\n', 'x-slow: 1\r\n'],
  ['POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 1000000\r\n\r\n', 'x'],
] as const;
const DRIP_MS = 100;
const GIVE_UP_MS = 20_000;

/**
 * Asserts that the HTTP server on this port disconnects every client that never finishes its request, however
 * busy it seems.
 */
export const allCutOff = async (port: number): Promise<void> => {
  await Promise.all(
    CLIENTS.map(async ([first, drip]) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(first);
      const dripping = setInterval(() => drip !== '' && socket.write(drip), DRIP_MS);
      try {
        await once(socket, 'close', { signal: AbortSignal.timeout(GIVE_UP_MS) });
      } catch (cause) {
        assert.fail(
          `still connected after ${GIVE_UP_MS / 1000} s: ${JSON.stringify(first)} (${String(cause)})`,
        );
      } finally {
        clearInterval(dripping);
        socket.destroy();
      }
    }),
  );
};

const ESTABLISHED = '01';

/**
 * Resolves when the server on this port of 127.0.0.1 has closed the connection of a client. Only the kernel
 * knows: the client of a server that has bytes left for it hears nothing before it has read them.
 */
export const closedByServer = async (port: number, client: net.Socket): Promise<void> => {
  const hex = (some: number) => `0100007F:${some.toString(16).toUpperCase().padStart(4, '0')}`;
  const own = hex(client.localPort ?? assert.fail('the client is not connected'));
  const stateOf = async (): Promise<string | undefined> =>
    (await readFile('/proc/net/tcp', 'utf8'))
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(([, local, remote]) => local === hex(port) && remote === own)?.[3];
  await until('the server has closed the connection', async () => (await stateOf()) !== ESTABLISHED, {
    withinMs: GIVE_UP_MS,
    seen: stateOf,
  });
};

/** Records the HTTP servers that a test creates from now on. */
export const serversMade = (t: TestContext): (() => readonly Server[]) => {
  const { mock } = t.mock.method(lateHttp(), 'createServer');
  return () => mock.calls.map(({ result }) => result ?? assert.fail('no server was made'));
};
