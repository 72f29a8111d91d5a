import type { ProxyFinding } from '../../report/finding.ts';
import type { SourceList } from '../address-set/list-reader.ts';
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
  /** The lists of sources that listeners have; omitted if there are none. */
  readonly lists?: readonly KnownList[];
  /** The certificates that clients or endpoints are shown; omitted if none are. */
  readonly certificates?: readonly KnownCertificate[];
  /** Problems that are not fatal: a missing Service, an unknown field, a port without a name. */
  readonly findings: readonly ProxyFinding[];
}

/** A list of sources. */
export interface KnownList {
  /** Name of the ConfigMap, or path of the file. */
  readonly name: string;
  /** As it was read last, at `readAtMs`, in milliseconds since 1970; omitted if it never could be. */
  readonly content?: SourceList;
  readonly readAtMs?: number;
  /** Since when it is missing or invalid; omitted if it is not. */
  readonly unusableSinceMs?: number;
}

/** A certificate with which listeners end TLS, or that endpoints are shown, without its key. */
export interface KnownCertificate {
  /** Name of the Secret, or path of the file. */
  readonly name: string;
  /** Host names of the one in use; empty if there is none. */
  readonly hosts: readonly string[];
  /** From when on the one in use is valid, in milliseconds since 1970; omitted if there is none. */
  readonly notBeforeMs?: number;
  /** When the one in use expires, in milliseconds since 1970; omitted if there is none. */
  readonly notAfterMs?: number;
  /** Names of the listeners that use it. */
  readonly usedBy: readonly string[];
  /** Names of the backends whose endpoints are shown it; omitted if there are none. */
  readonly usedByBackends?: readonly string[];
  /** Why what is there now is not in use, as a sentence; omitted if it is. */
  readonly problem?: string;
  /** Whether clients get an OCSP response with it; omitted if there is none for it. */
  readonly isStapled?: boolean;
}
