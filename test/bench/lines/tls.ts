import type { KeyKind } from '../certificates.ts';
import { openHttpEndpoints } from '../endpoints/http.ts';
import { everywhere, type Figure, type Line } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { failuresOf } from '../measure/load.ts';
import { runTls, type TlsLoad } from '../measure/tls.ts';

/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 4;
const CONNECTIONS = 64;
/** One group, so that all peers compute the same. */
export const CLASSIC = 'X25519';
const HYBRID = 'X25519MLKEM768';

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly kind: 'Connections' | 'Resumed' | 'Requests';
  readonly key?: KeyKind;
  readonly groups?: string;
  readonly mutual?: boolean;
  readonly reencrypts?: boolean;
}

/** What the operations of a load are called. */
const OPERATIONS = { Connections: 'handshake', Resumed: 'handshake', Requests: 'request' } as const;

/** The figures of TLS with requests; how many times as good as the better rival the relay has to be. */
export const tlsFigures = (operation: string, needed: number): readonly Figure[] => [
  { name: `${operation}s/s`, unit: '1/s', better: 'Higher', needed },
  { name: `CPU per ${operation}`, unit: 'µs', better: 'Lower', needed },
  { name: "balancer's CPU", unit: 'cores', better: 'Lower', context: true },
  { name: "client's CPU", unit: 'cores', better: 'Lower', context: true },
  { name: 'resumed of all', unit: '', better: 'Higher', context: true },
  { name: 'failures', unit: '', better: 'Lower', context: true },
];

/** The parts of a line in which clients send requests over TLS. */
export const tlsRequests = (load: TlsLoad, operation: string) =>
  ({
    tools: ['nginx', 'openssl'],
    duration: ({ seconds }) => seconds + 0.5,
    isFor: everywhere,
    fresh: false,
    withoutBalancer: false,
    openEndpoints: openHttpEndpoints,
    async warmUp(target) {
      await runTls(target, load, WARM_UP_SECONDS);
      return undefined;
    },
    async measure(target) {
      const { result, cpuSeconds } = await withCpu(target, () =>
        runTls(target, load, target.environment.seconds),
      );
      const { seconds, answered, handshakes, resumed } = result;
      return {
        [`${operation}s/s`]: answered / seconds,
        [`CPU per ${operation}`]: microsecondsPer(cpuSeconds, answered),
        "balancer's CPU": cpuSeconds === undefined ? undefined : cpuSeconds / seconds,
        "client's CPU": result.cpuSeconds / seconds,
        'resumed of all': resumed / handshakes,
        failures: failuresOf(result),
      };
    },
  }) as const satisfies Partial<Line>;

/** Every balancer ends the TLS of the clients. */
const terminated = (variant: Variant): Line => {
  const { name, title, kind, key = 'ECDSA', groups = CLASSIC, mutual = false, reencrypts = false } = variant;
  const operation = OPERATIONS[kind];
  return {
    ...tlsRequests({ kind, groups, connections: CONNECTIONS }, operation),
    name,
    title,
    figures: tlsFigures(operation, 1),
    describe: ({ seconds }) =>
      `load/tls/program.ts, one process for each core, ${CONNECTIONS} connections${kind === 'Requests' ? ' that stay open' : ' at once, each with one request, ended by the endpoint'}, TLS 1.3, AES-128-GCM, ${groups}, certificate ${key}${mutual ? ', of the client as well, which is verified' : ''}${reencrypts ? '; TLS with the endpoints, which are verified' : ''}, ${seconds} s`,
    shape: { tls: { mode: 'Terminate', key, mutual, reencrypts } },
  };
};

/** TLS that the balancers end, with requests in it. */
export const tlsLines: readonly Line[] = [
  terminated({
    name: 'tls-handshakes-ecdsa',
    title: 'a TLS connection with a full handshake for each request, ECDSA',
    kind: 'Connections',
  }),
  terminated({
    name: 'tls-handshakes-rsa',
    title: 'the same with an RSA key of 2048 bits',
    kind: 'Connections',
    key: 'RSA',
  }),
  terminated({
    name: 'tls-handshakes-mlkem',
    title: 'the same as with ECDSA, with the key exchange X25519MLKEM768 instead of X25519',
    kind: 'Connections',
    groups: HYBRID,
  }),
  terminated({
    name: 'tls-resumed',
    title: 'a TLS connection for each request that resumes the session of the one before',
    kind: 'Resumed',
  }),
  terminated({
    name: 'tls-keep-alive',
    title: 'requests over 64 TLS connections that stay open',
    kind: 'Requests',
  }),
  terminated({
    name: 'tls-mutual',
    title: 'a TLS connection with a full handshake for each request, of clients that show a certificate',
    kind: 'Connections',
    mutual: true,
  }),
  terminated({
    name: 'tls-mutual-resumed',
    title: 'the same with sessions that are resumed',
    kind: 'Resumed',
    mutual: true,
  }),
  terminated({
    name: 'tls-reencryption',
    title: 'a TLS connection for each request, resumed, with TLS to the endpoint as well',
    kind: 'Resumed',
    reencrypts: true,
  }),
  terminated({
    name: 'tls-reencryption-keep-alive',
    title: 'requests over 64 TLS connections that stay open, with TLS to the endpoint as well',
    kind: 'Requests',
    reencrypts: true,
  }),
];
