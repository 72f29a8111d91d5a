import { openDatagramEndpoints } from '../endpoints/datagrams.ts';
import type { Line } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { type DatagramLoad, runDatagrams } from '../measure/datagrams.ts';
import { OF_UDP } from './datagrams.ts';

const CLIENTS = 16;
const BYTES = 1_200;
const GIBIBYTE = 2 ** 30;
/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 3;

interface Variant {
  readonly name: string;
  readonly title: string;
  /** Datagrams that the kernel gets at once, and whether in one buffer that it splits. */
  readonly atOnce: number;
  readonly split: boolean;
  /** How many times the better rival's bytes per second are aimed at. */
  readonly needed: number;
  /**
   * Whether a PROXY header is in front of each datagram that arrives, and only the plain relay is a rival.
   */
  readonly headed: boolean;
}

const BESIDE_PLAIN = {
  names: ['relay', 'plain relay', 'earlier'],
  why: 'the relay with PROXY headers is compared with itself without: HAProxy and nginx take no part',
} as const;

/** Datagrams in one direction, as many as possible; the endpoints count what arrives. */
const datagramBytes = ({ name, title, atOnce, split, needed, headed }: Variant): Line => {
  const load: Omit<DatagramLoad, 'seconds'> = {
    ...{ kind: 'OneWay', clients: CLIENTS, bytes: BYTES, rate: 0, warmUpSeconds: 0 },
    ...{ atOnce, split },
  };
  return {
    ...OF_UDP,
    ...(headed ? { peers: BESIDE_PLAIN, shape: { ...OF_UDP.shape, headed } } : {}),
    name,
    title,
    figures: [
      { name: 'bytes/s', unit: 'GB/s', better: 'Higher', needed },
      { name: 'CPU per GiB', unit: 'ms', better: 'Lower', needed },
      { name: 'CPU per datagram', unit: 'µs', better: 'Lower', context: true },
      { name: "client's CPU", unit: 'cores', better: 'Lower', context: true },
      { name: 'arrived of sent', unit: '', better: 'Higher', context: true },
    ],
    describe: ({ seconds }) =>
      `load/datagram-program.ts, ${CLIENTS} clients, datagrams of ${BYTES} bytes from client to endpoint, ${atOnce} at once${split ? ' in one buffer (GSO), as QUIC stacks send' : ''}, ${seconds} s; what arrived at the endpoints`,
    duration: ({ seconds }) => seconds + 0.5,
    openEndpoints: (environment) => openDatagramEndpoints(environment, 'Count'),
    async warmUp(target) {
      await runDatagrams(target, { ...load, seconds: WARM_UP_SECONDS });
      return undefined;
    },
    async measure(target) {
      const { seconds } = target.environment;
      const { result, cpuSeconds } = await withCpu(target, () => runDatagrams(target, { ...load, seconds }));
      // Without the headers.
      const arrivedBytes = result.arrived * BYTES;
      return {
        'bytes/s': arrivedBytes / result.seconds / 1e9,
        'CPU per GiB': cpuSeconds === undefined ? undefined : (cpuSeconds * 1000) / (arrivedBytes / GIBIBYTE),
        'CPU per datagram': microsecondsPer(cpuSeconds, result.arrived),
        "client's CPU": result.cpuSeconds / result.seconds,
        'arrived of sent': result.arrived / result.sent,
      };
    },
  };
};

export const datagramBytesSplit = datagramBytes({
  name: 'udp-bytes-gso',
  title: `UDP bytes from ${CLIENTS} clients that send many datagrams in one buffer (GSO)`,
  atOnce: 50,
  split: true,
  needed: 3,
  headed: false,
});

export const datagramBytesHeaded = datagramBytes({
  name: 'udp-bytes-proxy',
  title: 'the same, with a PROXY header in front of each datagram to the endpoint',
  atOnce: 50,
  split: true,
  needed: 0.6,
  headed: true,
});

export const datagramBytesSingle = datagramBytes({
  name: 'udp-bytes',
  title: `UDP bytes from ${CLIENTS} clients that send datagram by datagram`,
  atOnce: 16,
  split: false,
  needed: 1,
  headed: false,
});
