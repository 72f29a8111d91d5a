import { createHash } from 'node:crypto';
import type {
  Backend,
  HealthCheck as HealthCheckSpec,
  ProxyProtocol as ProxyProtocolSpec,
} from '../../crds/backend.ts';
import { bytesOf } from '../../crds/byte-text.ts';
import type { Drain } from '../../crds/drain.ts';
import { durationMs } from '../../crds/duration.ts';
import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Bandwidth as BandwidthSpec, Limits, Rate as RateSpec } from '../../crds/limits.ts';
import type { Keepalive as KeepaliveSpec, Listener, Stickiness } from '../../crds/listener.ts';
import type { Otlp } from '../../crds/otlp.ts';
import { bytes, cpuMillis } from '../../crds/quantity.ts';
import type { Sources } from '../../crds/sources.ts';
import type { ListenerTls } from '../../crds/tls.ts';
import type { OtlpTarget } from '../../program/otlp/target.ts';
import { buildAddressSet } from '../address-set/build.ts';
import { DENY_ALL } from '../address-set/source-policy.ts';
import type { BackendPolicy, SentProxyProtocol } from './backend-policy.ts';
import { bindingOf } from './binding.ts';
import { clientAuthoritiesOf, clientPolicyOf } from './client-authorities.ts';
import type {
  BackendConfiguration,
  Configuration,
  DrainPolicy,
  ListenerConfiguration,
} from './configuration.ts';
import { DEFAULT_LISTENER_POLICY } from './defaults.ts';
import { credentialsOf, endpointTlsOf } from './from-backend-tls.ts';
import type { CheckKind, HealthCheck, HealthPolicy } from './health-policy.ts';
import type { Bandwidth, LimitsPolicy, Rate } from './limits-policy.ts';
import type { Keepalive, ListenerPolicy, QuicStickiness, TlsPolicy } from './listener-policy.ts';
import { inlinePolicy } from './listener-sources.ts';
import type { TerminationPolicy } from './termination.ts';
import type { ProcessTuning } from './tuning.ts';

/** The names of listeners and backends in the order in which they are written. */
export interface WrittenNames {
  readonly listeners: readonly { readonly name: string }[];
  readonly backends: readonly { readonly name: string }[];
}

/**
 * Converts an L4Balancer to a configuration. `written` has the names in the resource itself, in case `spec`
 * omits some of them; `namespace` is the resource's in a cluster.
 */
export const configurationOf = (
  spec: L4BalancerSpec,
  written: WrittenNames = spec,
  namespace?: string,
): Configuration => ({
  listeners: spec.listeners.map(listenerOf),
  backends: spec.backends.map((backend) => backendOf(backend, namespace)),
  accessLog: spec.accessLog,
  ...(spec.otlp === undefined ? {} : { otlp: otlpOf(spec.otlp) }),
  drain: drainOf(spec.drain),
  tuning: tuningOf(spec),
  written: {
    listeners: pathsOf('spec.listeners', written.listeners),
    backends: pathsOf('spec.backends', written.backends),
  },
});

const otlpOf = ({ endpoint, accessLog, metrics, interval }: Otlp): OtlpTarget => ({
  endpoint,
  logs: accessLog,
  metrics,
  intervalMs: durationMs(interval),
});

/** Paths by name; a name that occurs twice has its first path. */
const pathsOf = (list: string, entries: readonly { readonly name: string }[]): ReadonlyMap<string, string> =>
  new Map(entries.map(({ name }, index): [string, string] => [name, `${list}[${index}]`]).reverse());

const listenerOf = (listener: Listener): ListenerConfiguration => ({
  name: listener.name,
  ...bindingOf(listener),
  ...(listener.backend === undefined ? {} : { backend: listener.backend }),
  policy: listenerPolicy(listener),
  ...sourceListsOf(listener.sources),
  ...certificatesOf(listener.tls),
  ...(listener.tls?.clientCertificates === undefined
    ? {}
    : { clientAuthorities: clientAuthoritiesOf(listener.tls.clientCertificates) }),
});

/** A pair of files is known by the path of its certificate. */
const certificatesOf = (
  tls: ListenerTls | undefined,
): Pick<ListenerConfiguration, 'certificateNames' | 'certificateFiles' | 'ticketKeysFile'> => {
  if (tls?.mode !== 'Terminate') return {};
  const { certificateRefs = [], certificateFiles = [], ticketKeysFile } = tls;
  return {
    certificateNames: [
      ...certificateRefs.map(({ name }) => name),
      ...certificateFiles.map(({ certificate }) => certificate),
    ],
    ...(certificateFiles.length === 0 ? {} : { certificateFiles }),
    ...(ticketKeysFile === undefined ? {} : { ticketKeysFile }),
  };
};

const listenerPolicy = ({
  name,
  protocol,
  timeouts: { idle, halfClosed, firstByte, handshake, keepalive },
  proxyProtocol,
  limits,
  sources,
  stickiness,
  tls,
}: Listener): ListenerPolicy => {
  const { idleMs, halfClosedMs } = DEFAULT_LISTENER_POLICY[protocol];
  return {
    idleMs: idle === undefined ? idleMs : durationMs(idle),
    halfClosedMs: halfClosed === undefined ? halfClosedMs : durationMs(halfClosed),
    ...sourcePolicyOf(sources),
    ...(keepalive === undefined ? {} : { keepalive: keepaliveOf(keepalive) }),
    ...(proxyProtocol === undefined
      ? {}
      : { proxyProtocol: { ...proxyProtocol, timeoutMs: durationMs(handshake) } }),
    ...(tls === undefined ? {} : { tls: tlsOf(tls, name, durationMs(handshake)) }),
    ...(firstByte === undefined ? {} : { firstByteMs: durationMs(firstByte) }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
    ...(stickiness === undefined ? {} : { stickiness: stickinessOf(stickiness) }),
  };
};

const tlsOf = (tls: ListenerTls, listener: string, timeoutMs: number): TlsPolicy => ({
  ...(tls.startTls === undefined ? {} : { startTls: tls.startTls }),
  ...(tls.mode === 'Terminate' ? { termination: terminationOf(tls, listener) } : {}),
  routes: (tls.routes ?? []).map(({ hostnames, alpn = [], backend }) => ({ hostnames, alpn, backend })),
  timeoutMs,
});

/** Sessions belong to a listener, whatever its certificates are: a renewal is to end none. */
const terminationOf = (
  {
    minVersion = 'TLS1.2',
    cipherProfile = 'Intermediate',
    alpn = [],
    strictSni = false,
    clientCertificates,
  }: ListenerTls,
  listener: string,
): TerminationPolicy => ({
  minVersion,
  cipherProfile,
  alpn,
  strictSni,
  ...(clientCertificates === undefined ? {} : { clients: clientPolicyOf(clientCertificates) }),
  sessionContext: sessionContextOf(listener),
});

/** At most 32 characters, as OpenSSL wants it. */
const sessionContextOf = (listener: string): string =>
  createHash('sha256').update(listener).digest('hex').slice(0, 32);

const stickinessOf = ({ serverId }: Stickiness): QuicStickiness =>
  serverId === undefined ? {} : { serverId };

const limitsOf = (limits: Limits): LimitsPolicy => ({
  enforced: limits.mode === 'Enforce',
  connections: limits.connections ?? 0,
  shared: limits.scope === 'Cluster',
  connectionsPerSource: limits.connectionsPerSource ?? 0,
  ...(limits.connectionRate && { connectionRate: rateOf(limits.connectionRate) }),
  ...(limits.connectionRatePerSource && { connectionRatePerSource: rateOf(limits.connectionRatePerSource) }),
  unfinishedPerSource: limits.unfinishedPerSource ?? 0,
  ...(limits.bandwidth && { bandwidth: bandwidthOf(limits.bandwidth) }),
  ...(limits.bandwidthPerConnection && {
    bandwidthPerConnection: bandwidthOf(limits.bandwidthPerConnection),
  }),
  ...(limits.bandwidthPerSource && { bandwidthPerSource: bandwidthOf(limits.bandwidthPerSource) }),
  sourcePrefixIPv6: limits.sourcePrefixIPv6,
  refuseWith: limits.refuseWith,
});

const bandwidthOf = ({ upload, download }: BandwidthSpec): Bandwidth => ({
  upload: upload === undefined ? 0 : bytes(upload),
  download: download === undefined ? 0 : bytes(download),
});

const rateOf = ({ perSecond, burst }: RateSpec): Rate => ({ perSecond, burst: burst ?? perSecond });

const listNames = ({ fromConfigMaps = [], fromFiles = [] }: Sources): readonly string[] => [
  ...fromConfigMaps.map(({ name }) => name),
  ...fromFiles,
];

/** Omitted if all clients may connect. */
const sourcePolicyOf = (sources: Sources = {}): Pick<ListenerPolicy, 'sources'> => {
  if (listNames(sources).length > 0) return { sources: DENY_ALL };
  const { allow = [], deny = [] } = sources;
  const policy = inlinePolicy(buildAddressSet(allow), buildAddressSet(deny));
  return policy === undefined ? {} : { sources: policy };
};

const sourceListsOf = (sources: Sources = {}): Pick<ListenerConfiguration, 'sourceLists'> => {
  const lists = listNames(sources);
  const { allow = [], deny = [] } = sources;
  if (lists.length === 0) return {};
  return { sourceLists: { allow: buildAddressSet(allow), deny: buildAddressSet(deny), lists } };
};

const keepaliveOf = ({ time, interval, probes }: KeepaliveSpec): Keepalive => ({
  timeSeconds: time === undefined ? 0 : durationMs(time) / 1000,
  intervalSeconds: interval === undefined ? 0 : durationMs(interval) / 1000,
  probes: probes ?? 0,
});

const backendOf = (backend: Backend, namespace: string | undefined): BackendConfiguration => ({
  name: backend.name,
  ...(backend.service === undefined ? {} : { service: backend.service }),
  endpoints: backend.endpoints ?? [],
  drained: backend.drained ?? [],
  policy: backendPolicy(backend, namespace),
  ...(backend.tls === undefined ? {} : { credentials: credentialsOf(backend.tls) }),
  health: healthPolicy(backend),
  panicThresholdPercent: backend.panicThresholdPercent,
  closeOnUnhealthy: backend.drain.onUnhealthy === 'Close',
});

const backendPolicy = (
  { algorithm, connect, maxConnectionsPerEndpoint, drain, proxyProtocol, tls, service }: Backend,
  namespace: string | undefined,
): BackendPolicy => ({
  algorithm,
  connectMs: durationMs(connect.timeout),
  totalConnectMs: durationMs(connect.totalTimeout),
  retries: connect.retries,
  retryBudgetPercent: connect.retryBudgetPercent,
  maxConnectionsPerEndpoint: maxConnectionsPerEndpoint ?? 0,
  closeOnRemoval: drain.onRemoval === 'Close',
  ...(proxyProtocol === undefined ? {} : { proxyProtocol: sentProxyProtocol(proxyProtocol) }),
  ...(tls === undefined ? {} : { tls: endpointTlsOf(tls, service, namespace) }),
});

const sentProxyProtocol = ({ version, tlvs = [] }: ProxyProtocolSpec): SentProxyProtocol => ({
  version,
  checksum: tlvs.includes('CRC32C'),
  uniqueId: tlvs.includes('UniqueId'),
  tls: tlvs.filter((one) => one !== 'CRC32C' && one !== 'UniqueId'),
});

const healthPolicy = ({ healthCheck, outlierDetection, slowStart }: Backend): HealthPolicy => ({
  check: healthCheck && checkOf(healthCheck),
  ejection: outlierDetection && {
    consecutiveFailures: outlierDetection.consecutiveFailures,
    timeMs: durationMs(outlierDetection.ejectionTime),
    maxPercent: outlierDetection.maxEjectionPercent,
  },
  slowStartMs: slowStart === undefined ? 0 : durationMs(slowStart),
});

const checkOf = (check: HealthCheckSpec): HealthCheck => ({
  kind: kindOf(check),
  port: check.port,
  intervalMs: durationMs(check.interval),
  timeoutMs: durationMs(check.timeout),
  thresholds: {
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
  },
});

const kindOf = ({ type, http, tls, grpc, udp }: HealthCheckSpec): CheckKind => {
  switch (type) {
    case 'TCP':
      return { type };
    case 'TLS':
      return { type, serverName: tls?.serverName };
    case 'HTTP':
      return {
        type,
        path: http?.path ?? '/',
        expectedStatuses: http?.expectedStatuses ?? [200],
        host: http?.host,
        tls: http?.tls ?? false,
      };
    case 'GRPC':
      return { type, service: grpc?.service ?? '' };
    case 'UDP':
      return {
        type,
        send: bytesOf(udp?.send ?? ''),
        expect: udp?.expect === undefined ? undefined : bytesOf(udp.expect),
      };
    case 'ICMP':
      return { type };
    default:
      return type satisfies never;
  }
};

const drainOf = ({ delay, spread }: Drain): DrainPolicy => ({
  ...(delay === undefined ? {} : { delayMs: durationMs(delay) }),
  spread,
});

const tuningOf = (spec: L4BalancerSpec): ProcessTuning => {
  const { acceptors, logLevel, sysctls, fileDescriptors, resources } = effectiveTuning(spec);
  return {
    logLevel,
    // Not the pod's number: unless it is set explicitly, that follows from a CPU limit which this machine may
    // not have.
    ...(spec.tuning.acceptors === undefined ? {} : { acceptors: spec.tuning.acceptors }),
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
    sysctls,
    pod: { acceptors, cpus: cpuMillis(resources.limits.cpu) / 1000 },
  };
};
