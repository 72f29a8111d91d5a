import { openHttpEndpoints } from '../endpoints/http.ts';
import { everywhere, type Line } from '../line.ts';
import { coresForAim, microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { describeWrk, runWrk } from '../measure/wrk.ts';

/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 4;

/** Requests over connections that stay open: the cost of relaying. */
export const keepAlive: Line = {
  name: 'keep-alive',
  title: 'requests over 64 connections that stay open, as many as possible',
  figures: [
    { name: 'requests/s', unit: '1/s', better: 'Higher' },
    { name: 'p50', unit: 'ms', better: 'Lower', context: true },
    { name: 'p99', unit: 'ms', better: 'Lower', context: true },
    { name: 'CPU per request', unit: 'µs', better: 'Lower' },
    { name: 'cores for 500k/s', unit: 'cores', better: 'Lower', context: true },
    { name: 'failures', unit: '', better: 'Lower', context: true },
  ],
  tools: ['wrk', 'nginx'],
  describe: (environment) => describeWrk(environment, []),
  duration: ({ seconds }) => seconds,
  isFor: everywhere,
  fresh: false,
  withoutBalancer: true,
  openEndpoints: openHttpEndpoints,
  async warmUp(target) {
    return (await runWrk(target, WARM_UP_SECONDS)).perSecond;
  },
  async measure(target) {
    const { result, cpuSeconds } = await withCpu(target, () => runWrk(target, target.environment.seconds));
    const cost = microsecondsPer(cpuSeconds, result.answered);
    return {
      'requests/s': result.perSecond,
      p50: result.p50,
      p99: result.p99,
      'CPU per request': cost,
      'cores for 500k/s': coresForAim(cost),
      failures: result.failures,
    };
  },
};
