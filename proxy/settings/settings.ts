import type { Place } from '../../kube/topology-hints.ts';
import type { ListenAddress } from '../../program/listen-address.ts';
import type { LogLevel } from '../telemetry/log-level.ts';
import type { Assignment } from '../tuning/set-sysctls.ts';

/** What the proxy is told from outside; a value left out follows the manifest or the machine. */
export interface Settings {
  readonly source: SourceSettings;
  /** Acceptor threads, 1 to 256. */
  readonly acceptors?: number;
  readonly logLevel?: LogLevel;
  readonly admin: ListenAddress;
  readonly fileDescriptors?: number;
  /** Milliseconds after SIGTERM in which open connections may end. */
  readonly gracePeriodMs: number;
  /** Milliseconds after SIGTERM in which new connections are still taken; left out, the resource says. */
  readonly drainDelayMs?: number;
}

export type SourceSettings =
  | { readonly kind: 'File'; readonly path: string }
  | {
      readonly kind: 'Kubernetes';
      readonly namespace: string;
      readonly name: string;
      /** Where the proxy runs, for endpoints that are meant for places. */
      readonly place?: Place;
      readonly kubeconfig?: string;
      readonly context?: string;
    };

export type Command =
  | { readonly command: 'Run'; readonly settings: Settings }
  /** `admin` is where the proxy that the files are for has its admin endpoint. */
  | { readonly command: 'Check'; readonly files: readonly string[]; readonly admin: ListenAddress }
  | { readonly command: 'SetSysctls'; readonly assignments: readonly Assignment[] }
  | { readonly command: 'Help' }
  | { readonly command: 'Version' }
  /** Every problem there is, each with the name of what is wrong, what was found and what is expected. */
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;
