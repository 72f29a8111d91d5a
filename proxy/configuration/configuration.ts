import type { OtlpTarget } from '../../program/otlp/target.ts';
import type { ClientTrust } from '../certificates/client-trust.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import type { AccessLog } from './access-log.ts';
import type { BackendPolicy } from './backend-policy.ts';
import type { Binding } from './binding.ts';
import type { ClientAuthorities } from './client-authorities.ts';
import type { EndpointCredentials } from './endpoint-tls.ts';
import type { HealthPolicy } from './health-policy.ts';
import type { ListenerPolicy } from './listener-policy.ts';
import type { ListenerSources } from './listener-sources.ts';
import type { Target } from './target.ts';
import type { ProcessTuning } from './tuning.ts';
import type { WrittenPaths } from './written-paths.ts';

/**
 * What a proxy is configured to do, whatever kind of resource it comes from. Plain data: times in
 * milliseconds, defaults filled in, addresses of listeners in canonical spelling.
 */
export interface Configuration {
  /** In the order in which they are written, like the backends. */
  readonly listeners: readonly ListenerConfiguration[];
  readonly backends: readonly BackendConfiguration[];
  readonly accessLog: AccessLog;
  /** Omitted if nothing is sent by OTLP. */
  readonly otlp?: OtlpTarget;
  readonly drain: DrainPolicy;
  readonly tuning: ProcessTuning;
  readonly written: WrittenPaths;
}

export interface ListenerConfiguration extends Binding {
  readonly name: string;
  /** Name of an entry of `backends`; omitted if only the routes of its policy name some. */
  readonly backend?: string;
  readonly policy: ListenerPolicy;
  /**
   * Lists that are part of its sources, which `withLists` adds to the policy; until then, nobody may connect.
   * Omitted if there are none.
   */
  readonly sourceLists?: ListenerSources;
  /**
   * The certificates with which it ends TLS, in the order of preference: names of Secrets, or paths of files.
   * Omitted if it does not.
   */
  readonly certificateNames?: readonly string[];
  /** Those of them that are files, with their keys. */
  readonly certificateFiles?: readonly CertificateFile[];
  /** Those of them that could be read, which `withKeyPairs` adds. */
  readonly certificates?: readonly KeyPair[];
  /** Path of the file with the keys of session tickets; omitted if it names none. */
  readonly ticketKeysFile?: string;
  /** What clients are verified with, by name; omitted if they are not asked for certificates. */
  readonly clientAuthorities?: ClientAuthorities;
  /** What certificates of clients are verified with; omitted if they are not, or if that is not known. */
  readonly clientTrust?: ClientTrust;
}

/** Paths of a certificate and its key, as they are written. */
export interface CertificateFile {
  readonly certificate: string;
  readonly key: string;
  /** Of an OCSP response about it. */
  readonly ocsp?: string | undefined;
}

export interface BackendConfiguration {
  readonly name: string;
  /**
   * The Service of the same namespace that provides the backend's endpoints; omitted if the backend lists
   * them.
   */
  readonly service?: { readonly name: string; readonly port: number | string };
  /** The listed endpoints, with addresses as written; empty with a Service. */
  readonly endpoints: readonly Target[];
  /** Addresses, with or without a port, of endpoints that take no new connections. */
  readonly drained: readonly string[];
  readonly policy: BackendPolicy;
  /** Omitted if its endpoints are spoken to in the clear. */
  readonly credentials?: EndpointCredentials;
  readonly health: HealthPolicy;
  /** If the share of healthy endpoints is lower, backups are used, and without those all endpoints. */
  readonly panicThresholdPercent: number;
  /** Whether connections to an endpoint that becomes unhealthy are closed. */
  readonly closeOnUnhealthy: boolean;
}

/** How the proxy stops. */
export interface DrainPolicy {
  /** How long new connections are still accepted; omitted for the default where the proxy runs. */
  readonly delayMs?: number;
  /** Whether idle connections are closed gradually over the remaining time. */
  readonly spread: boolean;
}
