import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { ProxyFinding } from '../../report/finding.ts';

/** One address that new connections may go to, as a source found it. */
export interface Target {
  /** IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** 0 to 256; 0 takes no new connections. */
  readonly weight: number;
  /** Takes connections only while no other can. */
  readonly backup: boolean;
}

/** The names of listeners and backends in their order. */
export interface Written {
  readonly listeners: readonly { readonly name: string }[];
  readonly backends: readonly { readonly name: string }[];
}

/** Everything a source knows at one moment, whole and frozen; the only input of the data plane's control. */
export interface Snapshot {
  /** Names what is served: a resource's generation or a file's digest; shown in /status. */
  readonly revision: string;
  /** What of it is served. */
  readonly spec: L4BalancerSpec;
  /** Listeners and backends in the order in which they are written, where `spec` leaves some out: findings name their places. */
  readonly written?: Written;
  /** Targets by backend name; a backend whose Service is missing has an empty list and a finding. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /**
   * Endpoints that take no new connections but have not gone, by backend name: pods that are not ready or terminate. Their
   * connections stay, whatever the backend does with those to endpoints that have gone.
   */
  readonly leaving?: ReadonlyMap<string, readonly Pick<Target, 'address' | 'port'>[]>;
  /** What is wrong but not fatal: a missing Service, an unknown field, a port without a name. */
  readonly findings: readonly ProxyFinding[];
}
