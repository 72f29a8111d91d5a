import type { Random } from '../../crds/random.ts';
import type { BackendInput, ListenerInput, Manifest } from './proxy-process.ts';

/** What listeners of random manifests are for. */
export const KINDS = ['plain', 'busy', 'named', 'passthrough', 'terminate', 'datagrams'] as const;
export type Kind = (typeof KINDS)[number];

export const SERVER_NAMES = ['db.example.com', 'a.example.com', 'b.a.example.com', 'other.test'] as const;
export const PROTOCOLS = ['h2', 'http/1.1', 'postgresql'] as const;
/** Peers that are trusted to send a PROXY header. */
export const TRUSTED = '127.9.0.0/16';

const ALGORITHMS = ['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev'] as const;
const ROUTED_NAMES = ['db.example.com', '*.example.com', '*.a.example.com', 'other.test', '*'] as const;

/** What a random manifest is made for. */
export interface Surroundings {
  readonly ports: Readonly<Record<Kind, number>>;
  /** Ports of servers; nothing listens at those in `dead`. */
  readonly alive: readonly number[];
  readonly datagrams: readonly number[];
  readonly dead: readonly [number, ...number[]];
  readonly certificate: { readonly certificate: string; readonly key: string };
}

/** A range of the addresses that clients have; `first` is how all of these begin. */
const cidr = (random: Random, first: string): string => {
  if (first === 'fd0') return `${first}${random.integer(0, 3)}::/16`;
  const wide = `${first}.${random.integer(0, 3)}`;
  return random.chance(0.5) ? `${wide}.0.0/16` : `${wide}.${random.integer(0, 3)}.0/24`;
};

const sourcesOf = (
  random: Random,
  ...firsts: readonly [string, ...string[]]
): Pick<ListenerInput, 'sources'> => {
  if (random.chance(0.4)) return {};
  const ranges = (least: number) => [
    ...new Set(random.list(least, 5, () => cidr(random, random.pick(firsts)))),
  ];
  const [allow, deny] = [random.chance(0.5) ? ranges(1) : [], ranges(0)];
  return allow.length + deny.length === 0 ? {} : { sources: { allow, deny } };
};

const limitsOf = (random: Random): Pick<ListenerInput, 'limits'> => {
  if (random.chance(0.5)) return {};
  const limits = {
    ...(random.chance(0.5) ? { connections: random.integer(1, 6) } : {}),
    ...(random.chance(0.5) ? { connectionsPerSource: random.integer(1, 3) } : {}),
    ...(random.chance(0.3) ? { unfinishedPerSource: random.integer(1, 2) } : {}),
  };
  return Object.keys(limits).length === 0
    ? {}
    : { limits: { mode: random.chance(0.8) ? 'Enforce' : 'Report', ...limits } };
};

/** Routes of which no two overlap, to some of these backends. */
const routesOf = (random: Random, backends: readonly [string, ...string[]], least: number) =>
  ROUTED_NAMES.filter((_, at) => at < least || random.chance(0.4)).flatMap((hostname) => {
    const backend = random.pick(backends);
    if (random.chance(0.5)) return [{ hostnames: [hostname], backend }];
    const ofProtocol = { hostnames: [hostname], alpn: [random.pick(PROTOCOLS)], backend };
    return random.chance(0.5)
      ? [ofProtocol]
      : [ofProtocol, { hostnames: [hostname], backend: random.pick(backends) }];
  });

/** The backend of clients that no route is for; there must be none if there are none. */
const otherwise = (
  random: Random,
  backends: readonly [string, ...string[]],
  routes: ReturnType<typeof routesOf>,
): Pick<ListenerInput, 'backend'> => {
  const takesAll = routes.some((route) => route.hostnames.includes('*') && !('alpn' in route));
  const isNeeded = routes.length === 0 || (!takesAll && random.chance(0.5));
  return isNeeded ? { backend: random.pick(backends) } : {};
};

const backendOf = (random: Random, name: string, { alive, dead }: Surroundings): BackendInput => {
  const ports = alive.filter(() => random.chance(0.6));
  const checked = random.chance(0.3);
  const ejecting = !checked && random.chance(0.3);
  const hasDead = ports.length > 1 && random.chance(checked || ejecting ? 1 : 0.2);
  const all = [
    ...(ports.length === 0 ? alive.slice(0, 1) : ports),
    ...(hasDead ? [random.pick(dead as [number])] : []),
  ];
  return {
    name,
    algorithm: random.pick(ALGORITHMS),
    endpoints: all.map((port, at) => ({
      address: '127.0.0.1',
      port,
      weight: at === 0 || dead.includes(port) ? 1 : random.pick([0, 1, 1, 1, 2, 3, 7]),
      backup: !dead.includes(port) && random.chance(0.2),
    })),
    ...(checked
      ? { healthCheck: { type: 'TCP', interval: '1s', timeout: '1s', unhealthyThreshold: 1 } as const }
      : {}),
    ...(ejecting
      ? { outlierDetection: { consecutiveFailures: 1, ejectionTime: '1h', maxEjectionPercent: 100 } }
      : {}),
    panicThresholdPercent: random.pick([0, 0, 50, 100]),
    connect: { retries: random.integer(1, 3) },
    ...(random.chance(0.3) ? { maxConnectionsPerEndpoint: random.integer(1, 3) } : {}),
  };
};

/** A manifest with a listener of each kind, with random policies and backends. */
export const randomManifest = (random: Random, surroundings: Surroundings): Manifest => {
  const { ports, certificate, datagrams } = surroundings;
  const names = ['a', 'b', 'c', 'd'] as const;
  const backends = names.map((name) => backendOf(random, name, surroundings));
  const {
    maxConnectionsPerEndpoint: _,
    healthCheck: __,
    outlierDetection: ___,
    ...plain
  } = backendOf(random, 'udp', { ...surroundings, alive: datagrams, dead: surroundings.dead });
  const udp = { ...plain, endpoints: (plain.endpoints ?? []).filter(({ port }) => datagrams.includes(port)) };
  const tls = { routes: routesOf(random, names, 1) };
  const ending = { routes: routesOf(random, names, 0) };
  const listeners: ListenerInput[] = [
    {
      name: 'plain',
      port: ports.plain,
      backend: random.pick(names),
      ...sourcesOf(random, '127'),
      ...limitsOf(random),
    },
    { name: 'busy', port: ports.busy, backend: random.pick(names), ...limitsOf(random) },
    {
      name: 'named',
      port: ports.named,
      backend: random.pick(names),
      proxyProtocol: { accept: 'V1', trustedSources: [TRUSTED], required: random.chance(0.5) },
      ...sourcesOf(random, '10', 'fd0', '127'),
      ...limitsOf(random),
    },
    {
      name: 'passthrough',
      port: ports.passthrough,
      ...otherwise(random, names, tls.routes),
      tls: { mode: 'Passthrough', ...tls },
      ...sourcesOf(random, '127'),
    },
    {
      name: 'terminate',
      port: ports.terminate,
      ...otherwise(random, names, ending.routes),
      tls: {
        mode: 'Terminate',
        certificateFiles: [certificate],
        alpn: [...PROTOCOLS],
        strictSni: random.chance(0.3),
        ...(ending.routes.length === 0 ? {} : ending),
      },
    },
    {
      name: 'datagrams',
      port: ports.datagrams,
      backend: 'udp',
      protocol: 'UDP',
      ...sourcesOf(random, '127'),
    },
  ];
  return { accessLog: { mode: 'All' }, listeners, backends: [...backends, udp] };
};
