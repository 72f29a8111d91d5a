import { openHttpEndpoints } from '../endpoints/http.ts';
import { openIperfEndpoint } from '../endpoints/iperf.ts';
import { everywhere, type Line } from '../line.ts';
import { runIperf } from '../measure/iperf.ts';
import { failuresOf, runLoad } from '../measure/load.ts';

const WARM_UP_SECONDS = 1;
/** The streams start before the requests that count and end after them. */
const MARGIN_SECONDS = 2;
/** Long enough for a program with a JIT compiler to warm up. */
const FIRST_SECONDS = 3;
/** Far below the capacity of a single thread, so that requests wait only for the streams. */
const REQUESTS_PER_SECOND = 1_000;
const CONNECTIONS = 16;

/**
 * Small requests next to streams that send as fast as they can, in one acceptor, thread or worker: how long
 * the requests wait for the streams.
 */
export const besideBulk = (streams: number): Line => ({
  name: `beside-bulk-${streams}`,
  title: `small requests next to ${streams === 1 ? 'one bulk stream' : `${streams} bulk streams`}, one thread`,
  figures: [
    { name: 'p50', unit: 'ms', better: 'Lower' },
    { name: 'p99', unit: 'ms', better: 'Lower' },
    { name: 'p99.9', unit: 'ms', better: 'Lower', context: true },
    { name: 'bytes/s', unit: 'GB/s', better: 'Higher' },
    { name: 'answered', unit: '1/s', better: 'Higher', context: true },
    { name: 'failures', unit: '', better: 'Lower', context: true },
  ],
  tools: ['nginx', 'iperf3'],
  describe: ({ seconds }) =>
    `load/program.ts, ${REQUESTS_PER_SECOND} requests per second over ${CONNECTIONS} connections for ${seconds} s, timed from when each was due; meanwhile iperf3 --parallel ${streams} to another endpoint`,
  duration: ({ seconds }) => seconds + WARM_UP_SECONDS + MARGIN_SECONDS,
  isFor: everywhere,
  shape: { threads: 1, listeners: 2, endpoints: 1, apart: true },
  fresh: false,
  withoutBalancer: false,
  async openEndpoints(environment) {
    return [...(await openHttpEndpoints(environment)), ...(await openIperfEndpoint(environment))];
  },
  async warmUp(target) {
    const load = { kind: 'Requests', connections: CONNECTIONS, rate: 0, warmUpSeconds: 0 } as const;
    await runLoad(target, { ...load, seconds: FIRST_SECONDS });
    await runIperf(target, target.ports[1] as number, streams, 1);
    return undefined;
  },
  async measure(target) {
    const { seconds } = target.environment;
    const [bulk, result] = await Promise.all([
      runIperf(target, target.ports[1] as number, streams, seconds + WARM_UP_SECONDS + MARGIN_SECONDS),
      runLoad(target, {
        kind: 'Requests',
        connections: CONNECTIONS,
        rate: REQUESTS_PER_SECOND,
        seconds,
        warmUpSeconds: WARM_UP_SECONDS,
      }),
    ]);
    return {
      p50: result.p50,
      p99: result.p99,
      'p99.9': result.p999,
      'bytes/s': bulk.bytes / bulk.seconds / 1e9,
      answered: result.answered / result.seconds,
      failures: failuresOf(result),
    };
  },
});
