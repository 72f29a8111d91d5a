import { openHttpEndpoints } from '../endpoints/http.ts';
import { everywhere, type Line } from '../line.ts';
import { coresForAim, microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { describeWrk, runWrk } from '../measure/wrk.ts';

const HEADERS = ['Connection: close'];
/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 4;

/** One request per connection, which the endpoint ends: the cost of accepting, connecting and closing. */
export const newConnections: Line = {
  name: 'new-connections',
  title: 'a new connection for each request, 64 at a time, ended by the endpoint',
  figures: [
    { name: 'connections/s', unit: '1/s', better: 'Higher' },
    { name: 'p99', unit: 'ms', better: 'Lower', context: true },
    { name: 'CPU per connection', unit: 'µs', better: 'Lower' },
    { name: 'cores for 500k/s', unit: 'cores', better: 'Lower', context: true },
    { name: 'failures', unit: '', better: 'Lower', context: true },
  ],
  tools: ['wrk', 'nginx'],
  describe: (environment) => describeWrk(environment, HEADERS),
  duration: ({ seconds }) => seconds,
  isFor: everywhere,
  fresh: false,
  withoutBalancer: true,
  openEndpoints: openHttpEndpoints,
  async warmUp(target) {
    return (await runWrk(target, WARM_UP_SECONDS, HEADERS)).perSecond;
  },
  async measure(target) {
    const { result, cpuSeconds } = await withCpu(target, () =>
      runWrk(target, target.environment.seconds, HEADERS),
    );
    const cost = microsecondsPer(cpuSeconds, result.answered);
    return {
      'connections/s': result.perSecond,
      p99: result.p99,
      'CPU per connection': cost,
      'cores for 500k/s': coresForAim(cost),
      failures: result.failures,
    };
  },
};
