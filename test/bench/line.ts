import type { Conditions, Environment, Shape } from './environment.ts';
import type { Setting } from './network/setting.ts';
import type { PeerName } from './peer.ts';
import type { Endpoint } from './template.ts';
import type { ToolName } from './tools.ts';

/** One benchmark: what clients do, and which figures are measured. Each is a file in `lines/`. */
export interface Line {
  /** The name for --lines. */
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly tools: readonly ToolName[];
  /**
   * A short description of the client's work, for example its command line. `agreed` is the value that all
   * peers share, if there is one.
   */
  describe(conditions: Conditions, agreed: number | undefined): string;
  /** Approximate seconds that one measurement takes; for the estimate of the remaining time. */
  duration(conditions: Conditions): number;
  /** Whether the line is meaningful in this setting. */
  isFor(setting: Setting): boolean;
  /** Differences from the defaults: one listener, two endpoints, round robin, one thread for each core. */
  readonly shape?: Partial<Shape>;
  /**
   * Everything, including the network, is created anew for each measurement. For effects that last, for
   * example memory and ports in TIME_WAIT.
   */
  readonly fresh: boolean;
  /** Limits the number of rotations for a line that needs fewer than others. */
  readonly mostRotations?: number;
  /**
   * Title of the table that shows the cost of this line and of the others with the same title, step by step.
   */
  readonly growth?: string;
  /** Whether the line is meaningful without a balancer. */
  readonly withoutBalancer: boolean;
  /** The peers that take part, if they are not the usual ones, and why. */
  readonly peers?: { readonly names: readonly PeerName[]; readonly why: string };
  /** Starts the endpoints; resolves once they accept connections. */
  openEndpoints(environment: Environment): Promise<readonly Endpoint[]>;
  /** Uncounted work before the first rotation; may return the highest rate that the peer reaches. */
  warmUp(target: Target): Promise<number | undefined>;
  /** The value at which all balancers are measured, derived from the highest rate of each. */
  agree?(highest: readonly number[]): number;
  measure(target: Target, agreed: number | undefined): Promise<Values>;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: 'Higher' | 'Lower';
  /** Shown with the others, but not compared. */
  readonly context?: boolean;
  /**
   * How many times as good as the better rival the relay has to be; 1 by default. Twice as good is twice the
   * rate or half the cost.
   */
  readonly needed?: number;
}

/**
 * Values by the figure's name; undefined if a figure does not apply (no processor time without a balancer).
 */
export type Values = Readonly<Record<string, number | undefined>>;

/** What a line measures: a running peer in its environment. */
export interface Target {
  readonly environment: Environment;
  readonly endpoints: readonly Endpoint[];
  readonly address: string;
  /** The ports that it listens on; most lines use the first. */
  readonly ports: readonly [number, ...number[]];
  /** Whether connections have to begin with a PROXY header. */
  readonly takesHeader: boolean;
  /** Processor seconds used so far by the balancer's processes; undefined without a balancer. */
  cpuSeconds(): number | undefined;
  /** When its first process was started, by performance.now(); undefined without a balancer. */
  readonly startedAt: number | undefined;
  /** Resident bytes of the balancer's processes; undefined without a balancer. */
  residentBytes(): number | undefined;
  /** Open client connections of each of the balancer's threads or workers; undefined without a balancer. */
  spread(): Promise<readonly number[]> | undefined;
  /** Adds a remark to the results, for example why connections failed. */
  remark(text: string): void;
}

const USUAL: readonly PeerName[] = ['relay', 'earlier', 'HAProxy', 'nginx stream'];

/** Whether a peer is measured in a line. */
export const takesPart = (line: Pick<Line, 'peers' | 'withoutBalancer'>, peer: PeerName): boolean =>
  line.peers === undefined
    ? USUAL.includes(peer) || (line.withoutBalancer && peer === 'no balancer')
    : line.peers.names.includes(peer);

export const everywhere = (): boolean => true;
export const onLoopback = ({ network }: Setting): boolean => network === 'loopback';
