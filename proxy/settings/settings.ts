import type { Location } from '../../kube/topology-hints.ts';
import type { ListenAddress } from '../../program/listen-address.ts';
import type { LogLevel } from '../../program/log.ts';
import type { Assignment } from '../tuning/set-sysctls.ts';

/**
 * The settings from flags and environment. The manifest or the machine determines a value that is omitted.
 */
export interface Settings {
  readonly source: SourceSettings;
  /** Acceptor threads, 1 to 256. */
  readonly acceptors?: number;
  readonly logLevel?: LogLevel;
  readonly admin: ListenAddress;
  readonly fileDescriptors?: number;
  /** Milliseconds from SIGTERM until open connections are closed. */
  readonly gracePeriodMs: number;
  /**
   * Milliseconds from SIGTERM during which new connections are still accepted; omitted to use the resource's
   * value.
   */
  readonly drainDelayMs?: number;
}

export type SourceSettings =
  | { readonly kind: 'File'; readonly path: string }
  | {
      readonly kind: 'Kubernetes';
      readonly namespace: string;
      readonly name: string;
      /** Name of the pod that the proxy runs in, by which the operator gives it shares of limits. */
      readonly pod?: string;
      /** The node and zone of the proxy, for endpoints with topology hints. */
      readonly location?: Location;
      readonly kubeconfig?: string;
      readonly context?: string;
    };

export type Command =
  | { readonly command: 'Run'; readonly settings: Settings }
  /** `admin` is the admin address of the proxy that the files are meant for. */
  | { readonly command: 'Check'; readonly files: readonly string[]; readonly admin: ListenAddress }
  | { readonly command: 'SetSysctls'; readonly assignments: readonly Assignment[] }
  | { readonly command: 'Help' }
  | { readonly command: 'Version' }
  /** All problems, each with the name of the setting, what was found and what is expected. */
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;
