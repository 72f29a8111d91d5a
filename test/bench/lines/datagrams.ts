import { openDatagramEndpoints } from '../endpoints/datagrams.ts';
import type { Line } from '../line.ts';
import { everywhere } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { type DatagramLoad, runDatagrams } from '../measure/datagrams.ts';

/** What all lines of UDP have in common. */
export const OF_UDP = {
  tools: ['nginx'],
  isFor: everywhere,
  shape: { protocol: 'UDP' },
  fresh: false,
  withoutBalancer: true,
  peers: {
    names: ['relay', 'earlier', 'nginx stream', 'no balancer'],
    why: 'HAProxy takes no part: it relays no UDP',
  },
} as const satisfies Partial<Line>;

/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 4;
const CLIENTS = 256;
const BYTES = 64;

const REQUESTS = { clients: CLIENTS, bytes: BYTES, atOnce: 1, split: false, rate: 0, warmUpSeconds: 0 };

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly load: Omit<DatagramLoad, 'seconds'>;
}

const atFullSpeed = ({ name, title, load }: Variant): Line => ({
  ...OF_UDP,
  name,
  title,
  shape: { ...OF_UDP.shape, flooded: load.kind === 'Flood' },
  figures: [
    { name: 'datagrams/s', unit: '1/s', better: 'Higher' },
    { name: 'p50', unit: 'ms', better: 'Lower', context: true },
    { name: 'p99', unit: 'ms', better: 'Lower', context: true },
    { name: 'CPU per datagram', unit: 'µs', better: 'Lower' },
    { name: "client's CPU", unit: 'cores', better: 'Lower', context: true },
    { name: 'answered of sent', unit: '', better: 'Higher', context: true },
  ],
  describe: ({ seconds }) =>
    `load/datagram-program.ts, ${load.clients} clients, ${load.bytes} bytes there and back, ${load.kind === 'Answered' ? 'the next request after the answer' : `${load.atOnce} at once, without waiting for answers`}, ${seconds} s; datagrams are those that were answered and their answers`,
  duration: ({ seconds }) => seconds + 0.5,
  openEndpoints: (environment) => openDatagramEndpoints(environment, 'Answer'),
  async warmUp(target) {
    const { arrived, seconds } = await runDatagrams(target, { ...load, seconds: WARM_UP_SECONDS });
    return arrived / seconds;
  },
  async measure(target) {
    const { seconds } = target.environment;
    const { result, cpuSeconds } = await withCpu(target, () => runDatagrams(target, { ...load, seconds }));
    const datagrams = 2 * result.arrived;
    return {
      'datagrams/s': datagrams / result.seconds,
      p50: result.p50,
      p99: result.p99,
      'CPU per datagram': microsecondsPer(cpuSeconds, datagrams),
      "client's CPU": result.cpuSeconds / result.seconds,
      'answered of sent': result.arrived / result.sent,
    };
  },
});

/** Small requests and answers, each client with one request under way. */
export const datagramRequests = atFullSpeed({
  name: 'udp-requests',
  title: `UDP requests of ${CLIENTS} clients, each with one under way`,
  load: { ...REQUESTS, kind: 'Answered' },
});

/** The same, with more requests than can be answered. */
export const datagramFlood = atFullSpeed({
  name: 'udp-peak',
  title: `UDP requests of ${CLIENTS} clients, as many as they can send`,
  load: { ...REQUESTS, kind: 'Flood', atOnce: 16 },
});
