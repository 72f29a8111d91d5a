import { setTimeout as sleep } from 'node:timers/promises';
import { openEchoEndpoints } from '../endpoints/echo.ts';
import { type Line, onLoopback } from '../line.ts';
import { openConnections } from '../measure/open-connections.ts';
import { busiestByMean } from '../measure/spread.ts';

const SETTLE_MS = 300;

/** How evenly long-lived connections are spread over the acceptors, threads or workers. */
export const evenness = (connections: number, threads: number): Line => ({
  name: `evenness-${threads}`,
  title: `${connections} long-lived connections over ${threads} acceptors, threads or workers`,
  figures: [
    { name: 'busiest by mean', unit: '', better: 'Lower' },
    { name: 'busiest', unit: 'connections', better: 'Lower', context: true },
    { name: 'idlest', unit: 'connections', better: 'Higher', context: true },
  ],
  tools: [],
  describe: () =>
    `${connections} connections opened 64 at a time and held; from the relay's metrics, HAProxy's "show fd", the sockets of nginx's workers`,
  duration: () => 2,
  isFor: onLoopback,
  shape: { threads },
  fresh: true,
  withoutBalancer: false,
  openEndpoints: openEchoEndpoints,
  async warmUp() {
    return undefined;
  },
  async measure(target) {
    const { address, ports, environment } = target;
    const open = await openConnections(
      { address, port: ports[0] },
      connections,
      connections,
      environment.signal,
    );
    try {
      await sleep(SETTLE_MS, undefined, { signal: environment.signal });
      const counts = (await target.spread()) ?? [];
      const seen = counts.reduce((sum, count) => sum + count, 0);
      if (seen !== connections) throw new Error(`only ${seen} of ${connections} connections were found`);
      return {
        'busiest by mean': busiestByMean(counts),
        busiest: Math.max(...counts),
        idlest: Math.min(...counts),
      };
    } finally {
      await open.close();
    }
  },
});
