import type { ProxyFinding } from '../../report/finding.ts';
import type { Configuration } from './configuration.ts';
import type { Target } from './target.ts';

/** The complete state of a source at one moment, frozen; the only input of the control. */
export interface Snapshot {
  /** Identifies the input: the generation of a resource or the digest of a file; shown in /status. */
  readonly revision: string;
  /** The part of the input that is served. */
  readonly configuration: Configuration;
  /** Targets by backend name; a backend whose Service is missing has an empty list and a finding. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /**
   * Endpoints that take no new connections but still exist, by backend name: pods that are not ready or are
   * terminating. Their connections are kept, whatever the backend does with those to endpoints that were
   * removed.
   */
  readonly leaving?: ReadonlyMap<string, readonly Pick<Target, 'address' | 'port'>[]>;
  /** Problems that are not fatal: a missing Service, an unknown field, a port without a name. */
  readonly findings: readonly ProxyFinding[];
}
