import type { Conditions, Place } from './place.ts';
import type { Endpoint } from './template.ts';
import type { ToolName } from './tools.ts';

/** One thing that is measured: what clients do, and the figures that come of it. Each is a file in `lines/`. */
export interface Line {
  /** What --only takes. */
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly tools: readonly ToolName[];
  /** The client's work in one short text, such as its command line. */
  describe(conditions: Conditions): string;
  /** Seconds that one measurement takes, about; for the estimate of the rest. */
  duration(conditions: Conditions): number;
  /** Each measurement gets a new process of the peer: for what does not go back, such as memory. */
  readonly freshPeer: boolean;
  /** Whether it says something where there is no balancer. */
  readonly withoutBalancer: boolean;
  /** Starts the endpoints; resolves once they take connections. */
  openEndpoints(place: Place): Promise<readonly Endpoint[]>;
  /** Work before the first round that is not counted. */
  warmUp(target: Target): Promise<void>;
  measure(target: Target): Promise<Values>;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: 'Higher' | 'Lower';
  /** Shown beside the others, not compared. */
  readonly context?: boolean;
}

/** By the figure's name; undefined where a figure says nothing (no processor time where there is no balancer). */
export type Values = Readonly<Record<string, number | undefined>>;

/** What a line measures against. */
export interface Target {
  readonly place: Place;
  readonly port: number;
  /** Processor seconds used so far by the balancer's processes; undefined where there is none. */
  cpuSeconds(): number | undefined;
  /** Resident bytes of the balancer's processes; undefined where there is none. */
  residentBytes(): number | undefined;
}
