import { openHttpEndpoints } from '../endpoints/http.ts';
import { everywhere, type Line } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { failuresOf, type Load, runLoad } from '../measure/load.ts';
import { rateBelow } from '../measure/rate-below.ts';

const WARM_UP_SECONDS = 1;
/** During its first seconds, a program with a JIT compiler does not reach its full speed. */
const FIRST_SECONDS = 3;
const MAX_RATE_SECONDS = 2;

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly kind: Load['kind'];
  readonly connections: number;
}

/** Latency of all peers at the same rate: 70 % of the highest rate of the slowest balancer. */
export const fixedRate = ({ name, title, kind, connections }: Variant): Line => {
  const cost = kind === 'Requests' ? 'CPU per request' : 'CPU per connection';
  return {
    name,
    title,
    figures: [
      { name: 'p50', unit: 'ms', better: 'Lower' },
      { name: 'p99', unit: 'ms', better: 'Lower' },
      { name: 'p99.9', unit: 'ms', better: 'Lower' },
      { name: cost, unit: 'µs', better: 'Lower' },
      { name: 'answered', unit: '1/s', better: 'Higher', context: true },
      { name: "client's CPU", unit: 'cores', better: 'Lower', context: true },
      { name: 'failures', unit: '', better: 'Lower', context: true },
    ],
    tools: ['nginx'],
    describe: ({ seconds }, rate) =>
      `load/program.ts, ${rate ?? '?'} per second (70 % of the highest rate of the slowest balancer) for ${seconds} s, timed from when each was due; "no balancer" is the lower bound of the measurement`,
    duration: ({ seconds }) => seconds + WARM_UP_SECONDS + 1,
    isFor: everywhere,
    fresh: false,
    withoutBalancer: true,
    openEndpoints: openHttpEndpoints,
    async warmUp(target) {
      const plan = { kind, connections: 64, rate: 0, warmUpSeconds: FIRST_SECONDS };
      const highest = await runLoad(target, { ...plan, seconds: MAX_RATE_SECONDS });
      return highest.answered / highest.seconds;
    },
    agree: rateBelow,
    async measure(target, rate) {
      const { seconds } = target.environment;
      const warmUpSeconds = WARM_UP_SECONDS;
      if (rate === undefined) throw new Error('the rate is unknown, since no balancer could be warmed up');
      const { result, cpuSeconds } = await withCpu(target, () =>
        runLoad(target, { kind, connections, rate, seconds, warmUpSeconds }),
      );
      return {
        p50: result.p50,
        p99: result.p99,
        'p99.9': result.p999,
        // The balancer's processor time includes the warm-up, at the same rate.
        [cost]: microsecondsPer(cpuSeconds, (result.answered * (seconds + warmUpSeconds)) / seconds),
        answered: result.answered / result.seconds,
        "client's CPU": result.cpuSeconds / result.seconds,
        failures: failuresOf(result),
      };
    },
  };
};
