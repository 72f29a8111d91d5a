import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { lateHttp } from '../../program/late-modules.ts';
import type { PageLimits } from '../../program/page-limits.ts';

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

/** Records the limits of the HTTP servers that a test creates from now on. */
export const limitsInForce = (t: TestContext): (() => readonly PageLimits[]) => {
  const { mock } = t.mock.method(lateHttp(), 'createServer');
  return () =>
    mock.calls.map(({ result }) => {
      const { headersTimeout, requestTimeout, timeout } = result ?? assert.fail('no server was made');
      return { headersMs: headersTimeout, requestMs: requestTimeout, stalledMs: timeout };
    });
};
