import { openDatagramEndpoints } from '../endpoints/datagrams.ts';
import type { Line } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { runDatagrams } from '../measure/datagrams.ts';
import { OF_UDP } from './datagrams.ts';

const CLIENTS = 256;
const BYTES = 64;
const WARM_UP_SECONDS = 1;
/** Long enough for a program with a JIT compiler to warm up. */
const FIRST_SECONDS = 4;
/** Half of what the slowest balancer can do: queues build up because of the balancer, not of the load. */
const SHARE = 0.5;

const LOAD = { clients: CLIENTS, bytes: BYTES, atOnce: 1, split: false } as const;

/** Answers to UDP requests at the same moderate rate for all peers. */
export const datagramLatency: Line = {
  ...OF_UDP,
  name: 'udp-latency',
  title: `latency of UDP requests of ${CLIENTS} clients, at the same rate for all peers`,
  figures: [
    { name: 'p50', unit: 'ms', better: 'Lower' },
    { name: 'p99', unit: 'ms', better: 'Lower' },
    { name: 'p99.9', unit: 'ms', better: 'Lower', context: true },
    { name: 'CPU per datagram', unit: 'µs', better: 'Lower' },
    { name: 'answers/s', unit: '1/s', better: 'Higher', context: true },
    { name: "client's CPU", unit: 'cores', better: 'Lower', context: true },
    { name: 'lost', unit: '', better: 'Lower', context: true },
  ],
  describe: ({ seconds }, rate) =>
    `load/datagram-program.ts, ${rate ?? '?'} requests of ${BYTES} bytes per second (half of the highest rate of the slowest balancer) for ${seconds} s, timed from when each was due; "no balancer" is the lower bound of the measurement`,
  duration: ({ seconds }) => seconds + WARM_UP_SECONDS + 1,
  openEndpoints: (environment) => openDatagramEndpoints(environment, 'Answer'),
  async warmUp(target) {
    const load = { ...LOAD, kind: 'Answered', rate: 0, warmUpSeconds: 0, seconds: FIRST_SECONDS } as const;
    const { arrived, seconds } = await runDatagrams(target, load);
    return arrived / seconds;
  },
  agree: (highest) => Math.max(100, Math.floor((Math.min(...highest) * SHARE) / 100) * 100),
  async measure(target, rate) {
    const { seconds } = target.environment;
    if (rate === undefined) throw new Error('the rate is unknown, since no balancer could be warmed up');
    const { result, cpuSeconds } = await withCpu(target, () =>
      runDatagrams(target, { ...LOAD, kind: 'Due', rate, seconds, warmUpSeconds: WARM_UP_SECONDS }),
    );
    return {
      p50: result.p50,
      p99: result.p99,
      'p99.9': result.p999,
      'CPU per datagram': microsecondsPer(cpuSeconds, 2 * result.arrived),
      'answers/s': result.arrived / result.seconds,
      "client's CPU": result.cpuSeconds / result.seconds,
      lost: result.sent - result.arrived,
    };
  },
};
