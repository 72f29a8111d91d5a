import { openHttpEndpoints } from '../endpoints/http.ts';
import type { Line } from '../line.ts';
import { coresForAim, microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { failuresOf, runLoad } from '../measure/load.ts';

const CONNECTIONS = 64;
/**
 * By default there are 28,232 source ports for one endpoint: at some thousand connections per second they run
 * out in half of this time.
 */
const SECONDS = 12;

/**
 * One request per connection, which the client ends. The balancer is then the first to close towards the
 * endpoint, so its sockets stay in TIME_WAIT for a minute and keep their source ports. Loopback hides this;
 * namespaces do not.
 */
export const clientEnds: Line = {
  name: 'client-ends',
  title: `a new connection for each request, ${CONNECTIONS} at a time, ended by the client: source ports run out`,
  figures: [
    { name: 'connections/s', unit: '1/s', better: 'Higher' },
    { name: 'p99', unit: 'ms', better: 'Lower', context: true },
    { name: 'CPU per connection', unit: 'µs', better: 'Lower' },
    { name: 'cores for 500k/s', unit: 'cores', better: 'Lower', context: true },
    { name: 'failures', unit: '', better: 'Lower', context: true },
  ],
  tools: ['nginx'],
  describe: () =>
    `load/program.ts, ${CONNECTIONS} at a time for ${SECONDS} s, one endpoint; everything, including the network, is created anew for each measurement`,
  duration: () => SECONDS + 1,
  isFor: ({ network }) => network === 'namespaces',
  shape: { endpoints: 1 },
  fresh: true,
  withoutBalancer: false,
  openEndpoints: openHttpEndpoints,
  async warmUp() {
    return undefined;
  },
  async measure(target) {
    const { result, cpuSeconds } = await withCpu(target, () =>
      runLoad(target, {
        kind: 'Connections',
        connections: CONNECTIONS,
        rate: 0,
        seconds: SECONDS,
        warmUpSeconds: 0,
      }),
    );
    const cost = microsecondsPer(cpuSeconds, result.answered);
    return {
      'connections/s': result.answered / result.seconds,
      p99: result.p99,
      'CPU per connection': cost,
      'cores for 500k/s': coresForAim(cost),
      failures: failuresOf(result),
    };
  },
};
