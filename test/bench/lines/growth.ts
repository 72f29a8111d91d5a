import { openHttpEndpoints } from '../endpoints/http.ts';
import { type Algorithm, mostConnections, type Shape } from '../environment.ts';
import { type Line, onLoopback } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { failuresOf, type Load, runLoad } from '../measure/load.ts';

const ROTATIONS = 3;
/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 3;
/** Low enough for every step and peer, so that all are measured at the same rate. */
const REQUESTS_PER_SECOND = 3_000;
const CONNECTIONS_PER_SECOND = 1_000;

const ALGORITHMS: readonly (readonly [Algorithm, string])[] = [
  ['RoundRobin', 'round-robin'],
  ['LeastConnections', 'least-connections'],
  ['Random', 'random'],
  ['SourceHash', 'source-hash'],
  ['Maglev', 'maglev'],
];

interface Step {
  readonly name: string;
  readonly title: string;
  readonly growth: string;
  readonly shape: Partial<Shape>;
  readonly kind: Load['kind'];
  /** Connections that are kept open or in flight at once, limited by the file descriptors. */
  readonly connections: number;
  /** Requests or connections per second; 0 for as many as possible. */
  readonly rate: number;
}

const step = ({ name, title, growth, shape, kind, connections, rate }: Step): Line => {
  const operations = kind === 'Requests' ? 'requests/s' : 'connections/s';
  const atMost = (fileLimit: number): number => Math.min(connections, mostConnections(fileLimit));
  return {
    name,
    title,
    growth,
    figures: [
      { name: 'CPU per operation', unit: 'µs', better: 'Lower' },
      { name: operations, unit: '1/s', better: 'Higher', context: rate > 0 },
      { name: 'failures', unit: '', better: 'Lower', context: true },
    ],
    tools: ['nginx'],
    describe: ({ fileLimit, seconds }) =>
      `load/program.ts, ${rate === 0 ? 'as many as possible' : `${rate} per second`}, ${atMost(fileLimit)} connections, ${seconds} s`,
    duration: ({ seconds }) => seconds + 1,
    isFor: onLoopback,
    shape,
    fresh: false,
    mostRotations: ROTATIONS,
    withoutBalancer: false,
    openEndpoints: openHttpEndpoints,
    async warmUp(target) {
      await runLoad(target, { kind, connections: 16, rate: 0, seconds: WARM_UP_SECONDS, warmUpSeconds: 0 });
      return undefined;
    },
    async measure(target) {
      const { seconds, fileLimit } = target.environment;
      const load = { kind, connections: atMost(fileLimit), rate, seconds, warmUpSeconds: 0 };
      const { result, cpuSeconds } = await withCpu(target, () => runLoad(target, load));
      return {
        'CPU per operation': microsecondsPer(cpuSeconds, result.answered),
        [operations]: result.answered / result.seconds,
        failures: failuresOf(result),
      };
    },
  };
};

/** The cost of one operation as something grows. It should stay flat, except with acceptors. */
export const growth: readonly Line[] = [
  ...[1, 2, 4].map((threads) =>
    step({
      name: `acceptors-${threads}`,
      title: `${threads} acceptors, threads or workers on the first ${threads} cores, or all if there are fewer`,
      growth: 'acceptors, pinned; requests at full speed',
      shape: { threads, pinned: true },
      kind: 'Requests',
      connections: 64,
      rate: 0,
    }),
  ),
  ...[1, 16, 256, 4_096, 10_000].map((connections) =>
    step({
      name: `connections-${connections}`,
      title: `requests over ${connections} open connections in turn`,
      growth: `open connections; ${REQUESTS_PER_SECOND} requests per second over all of them`,
      shape: {},
      kind: 'Requests',
      connections,
      rate: REQUESTS_PER_SECOND,
    }),
  ),
  ...ALGORITHMS.flatMap(([algorithm, text]) =>
    [1, 16, 256].map((endpoints) =>
      step({
        name: `endpoints-${endpoints}-${text}`,
        title: `${endpoints} endpoints, ${text}`,
        growth: `endpoints, by algorithm; ${CONNECTIONS_PER_SECOND} new connections per second`,
        shape: { endpoints, algorithm },
        kind: 'Connections',
        connections: 1_024,
        rate: CONNECTIONS_PER_SECOND,
      }),
    ),
  ),
  ...[1, 8, 64].map((listeners) =>
    step({
      name: `listeners-${listeners}`,
      title: `new connections to ${listeners} listeners in turn`,
      growth: `listeners; ${CONNECTIONS_PER_SECOND} new connections per second over all of them`,
      shape: { listeners },
      kind: 'Connections',
      connections: 1_024,
      rate: CONNECTIONS_PER_SECOND,
    }),
  ),
  ...[0, 1, 1_000, 100_000].map((denied) =>
    step({
      name: `sources-${denied}`,
      title: `new connections past ${denied} denied addresses`,
      growth: `denied addresses; ${CONNECTIONS_PER_SECOND} new connections per second`,
      shape: { denied },
      kind: 'Connections',
      connections: 1_024,
      rate: CONNECTIONS_PER_SECOND,
    }),
  ),
];
