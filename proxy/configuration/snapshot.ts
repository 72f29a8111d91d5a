import type { ProxyFinding } from '../../report/finding.ts';
import type { Configuration } from './configuration.ts';
import type { Target } from './target.ts';

/** Everything a source knows at one moment, whole and frozen; the only input of the data plane's control. */
export interface Snapshot {
  /** Names what is served: a resource's generation or a file's digest; shown in /status. */
  readonly revision: string;
  /** What of it is served. */
  readonly configuration: Configuration;
  /** Targets by backend name; a backend whose Service is missing has an empty list and a finding. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /**
   * Endpoints that take no new connections but have not gone, by backend name: pods that are not ready or
   * terminate. Their connections stay, whatever the backend does with those to endpoints that have gone.
   */
  readonly leaving?: ReadonlyMap<string, readonly Pick<Target, 'address' | 'port'>[]>;
  /** What is wrong but not fatal: a missing Service, an unknown field, a port without a name. */
  readonly findings: readonly ProxyFinding[];
}
