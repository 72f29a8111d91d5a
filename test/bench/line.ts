import type { Setting } from './network/setting.ts';
import type { Conditions, Place, Shape } from './place.ts';
import type { Endpoint } from './template.ts';
import type { ToolName } from './tools.ts';

/**
 * One thing that is measured: what clients do, and the figures that come of it. Each is a file in `lines/`.
 */
export interface Line {
  /** What --lines takes. */
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly tools: readonly ToolName[];
  /**
   * The client's work in one short text, such as its command line. `agreed` is the value that all peers
   * share, if there is one.
   */
  describe(conditions: Conditions, agreed: number | undefined): string;
  /** Seconds that one measurement takes, about; for the estimate of the rest. */
  duration(conditions: Conditions): number;
  /** Whether it says something in this setting. */
  isFor(setting: Setting): boolean;
  /** What differs from the defaults: one listener, two endpoints, round robin, one thread for each core. */
  readonly shape?: Partial<Shape>;
  /**
   * Everything is new for each measurement, network too: for what does not go back, such as memory and ports
   * in TIME_WAIT.
   */
  readonly fresh: boolean;
  /** Rotations that are enough for it, where that is fewer than others get. */
  readonly mostRotations?: number;
  /** Shown together as one table of cost by step, under this title. */
  readonly growth?: string;
  /** Whether it says something where there is no balancer. */
  readonly withoutBalancer: boolean;
  /** Starts the endpoints; resolves once they take connections. */
  openEndpoints(place: Place): Promise<readonly Endpoint[]>;
  /** Work before the first rotation that is not counted; may say what the peer can do at most. */
  warmUp(target: Target): Promise<number | undefined>;
  /** From what each balancer can do at most, the value that all of them are measured at. */
  agree?(most: readonly number[]): number;
  measure(target: Target, agreed: number | undefined): Promise<Values>;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: 'Higher' | 'Lower';
  /** Shown beside the others, not compared. */
  readonly context?: boolean;
}

/**
 * By the figure's name; undefined where a figure says nothing (no processor time where there is no balancer).
 */
export type Values = Readonly<Record<string, number | undefined>>;

/** What a line measures against. */
export interface Target {
  readonly place: Place;
  readonly address: string;
  /** The ports that it listens on; most lines use the first. */
  readonly ports: readonly [number, ...number[]];
  /** Processor seconds used so far by the balancer's processes; undefined where there is none. */
  cpuSeconds(): number | undefined;
  /** When its first process was started, by performance.now(); undefined where there is none. */
  readonly begunAt: number | undefined;
  /** Resident bytes of the balancer's processes; undefined where there is none. */
  residentBytes(): number | undefined;
  /** Open client connections of each of the balancer's threads or workers; undefined where there is none. */
  spread(): Promise<readonly number[]> | undefined;
  /** Notes something that no figure says, such as why connections failed. */
  remark(text: string): void;
}

export const everywhere = (): boolean => true;
export const onLoopback = ({ place }: Setting): boolean => place === 'loopback';
