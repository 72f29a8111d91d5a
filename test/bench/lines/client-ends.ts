import { openHttpEndpoints } from '../endpoints/http.ts';
import type { Line } from '../line.ts';
import { coresForAim, microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { failuresOf, runLoad } from '../measure/load.ts';

const CONNECTIONS = 64;
/**
 * One endpoint has 28,232 source ports by default: at some thousand connections a second they are gone in
 * half of this.
 */
const SECONDS = 12;

/**
 * One request per connection, which the client ends: the balancer then ends first towards the endpoint, and
 * its sockets stay in TIME_WAIT for a minute and keep their source ports. In namespaces nothing hides that,
 * as loopback does.
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
    `load/program.ts, ${CONNECTIONS} at a time for ${SECONDS} s, one endpoint; all new, network too, for each measurement`,
  duration: () => SECONDS + 1,
  isFor: ({ place }) => place === 'namespaces',
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
