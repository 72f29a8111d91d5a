import type { ListenAddress } from '../../program/listen-address.ts';
import type { LogLevel } from '../../program/log.ts';
import type { ImageSettings } from '../desired/pod/render-settings.ts';
import type { ElectionSettings } from '../leader/join-election.ts';
import type { Output } from '../preview/output.ts';
import type { Rate } from '../throttle/token-bucket.ts';

/** The operator's settings, from flags and the environment. */
export interface Settings {
  readonly render: ImageSettings;
  readonly health: ListenAddress;
  readonly metrics: ListenAddress;
  /** Loopback address of the page of all balancers; undefined for none. */
  readonly page: ListenAddress | undefined;
  /** Whether the metrics address serves that page as well, to who sends a token. */
  readonly pageForTokens: boolean;
  /** Base URL of a collector that metrics are sent to; omitted for none. */
  readonly otlpEndpoint?: string;
  readonly logLevel: LogLevel;
  readonly kubeconfig?: string;
  readonly workers: number;
  /** Undefined without leader election. */
  readonly election: ElectionSettings | undefined;
  /** Rate of calls to the API server. */
  readonly rate: Rate;
  /** Namespaces whose L4Balancers are reconciled; empty for all. */
  readonly namespaces: readonly string[];
  /** Name of this process in events: the pod's name. */
  readonly instance: string;
}

export type Command =
  | { readonly command: 'Run'; readonly settings: Settings }
  /** Reads the cluster and prints what would be done. */
  | { readonly command: 'DryRun'; readonly settings: Settings }
  /** Prints what would be applied for manifest files. */
  | {
      readonly command: 'Render';
      readonly files: readonly string[];
      readonly output: Output;
      readonly images: ImageSettings;
    }
  | { readonly command: 'Help' }
  | { readonly command: 'Version' }
  /** Every problem found: the setting, what was found and what is expected. */
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;
