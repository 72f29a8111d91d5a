import { setTimeout as sleep } from 'node:timers/promises';
import { openEchoEndpoints } from '../endpoints/echo.ts';
import { type Line, onLoopback } from '../line.ts';
import { openConnections } from '../measure/open-connections.ts';

/** Garbage of the start has been collected by then. */
const SETTLE_MS = 2_500;

/**
 * Time from the start of the process to the first response through it, and its memory before any
 * connection.
 */
export const start: Line = {
  name: 'start',
  title: 'start, and memory before any connection',
  figures: [
    { name: 'start to first answer', unit: 'ms', better: 'Lower' },
    { name: 'memory', unit: 'MiB', better: 'Lower' },
  ],
  tools: [],
  describe: () =>
    `64 bytes there and back for one client as soon as the port is open; resident memory of all processes ${SETTLE_MS / 1000} s later`,
  duration: () => 5,
  isFor: onLoopback,
  fresh: true,
  withoutBalancer: false,
  openEndpoints: openEchoEndpoints,
  async warmUp() {
    return undefined;
  },
  async measure({ address, ports, environment, startedAt, residentBytes }) {
    const first = await openConnections({ address, port: ports[0] }, 1, 1, environment.signal);
    const answeredAt = performance.now();
    await first.close();
    await sleep(SETTLE_MS, undefined, { signal: environment.signal });
    const resident = residentBytes();
    return {
      'start to first answer': startedAt === undefined ? undefined : answeredAt - startedAt,
      memory: resident === undefined ? undefined : resident / 2 ** 20,
    };
  },
};
