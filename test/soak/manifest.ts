import type { BackendInput, Manifest } from '../proxy/relay/proxy-process.ts';

export interface SoakPorts {
  /** Two listeners that are always served. */
  readonly steady: readonly [number, number];
  /** A listener that comes and goes. */
  readonly fleeting: number;
  /** A listener that ends TLS, and one for strangers, with little time for a handshake. */
  readonly secure: number;
  readonly strange: number;
  readonly certificates: readonly { readonly certificate: string; readonly key: string }[];
  readonly endpoints: readonly number[];
}

const ALGORITHMS = ['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev'] as const;
const LOGS = [
  { mode: 'Off' },
  { mode: 'Errors' },
  { mode: 'Sampled', sampleOneIn: 100_000 },
] as const satisfies readonly Manifest['accessLog'][];

/** Number of changes after which the fleeting listener is added or removed. */
const FLEETING_EVERY = 5;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** The manifest after `change` changes: no two in a row are equal. A soak starts and ends with number 0. */
export const manifestOf = (ports: SoakPorts, change: number): Manifest => {
  const { steady, fleeting, secure, strange, certificates, endpoints } = ports;
  const tls = {
    mode: 'Terminate' as const,
    certificateFiles: [...certificates],
    cipherProfile: 'Intermediate' as const,
    strictSni: change % 4 === 3,
  };
  const backend = (name: string, shift: number): BackendInput => ({
    name,
    algorithm: at(ALGORITHMS, (change + shift) >> 1),
    // Each change omits another endpoint and shifts the weights.
    endpoints: endpoints
      .filter((_, index) => change === 0 || index !== (change + shift) % endpoints.length)
      .map((port, index) => ({ address: '127.0.0.1', port, weight: 1 + ((change + index) % 4) })),
    connect: { retries: 3 + (change % 3), timeout: at(['2s', '3s'], change) },
    maxConnectionsPerEndpoint: at([40_000, 50_000], change),
  });
  const isServed = Math.floor(change / FLEETING_EVERY) % 2 === 0;
  const [first, second] = change % 7 === 6 ? ['b', 'a'] : ['a', 'b'];
  return {
    listeners: [
      { name: 'one', port: steady[0], backend: first as string, idle: at(['5m', '6m'], change) },
      { name: 'two', port: steady[1], backend: second as string },
      { name: 'secure', port: secure, backend: first as string, tls },
      { name: 'strange', port: strange, backend: second as string, handshake: '2s', tls },
      ...(isServed ? [{ name: 'fleeting', port: fleeting, backend: 'a' }] : []),
    ],
    backends: [backend('a', 0), backend('b', 1)],
    accessLog: at(LOGS, change),
  };
};
