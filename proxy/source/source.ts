import type { ProxyFinding } from '../../report/finding.ts';
import type { Snapshot } from '../configuration/snapshot.ts';

/** What a source knows at one moment; each replaces the one before. */
export interface SourceInput {
  /** The last whole, good picture of what shall be served; undefined before the first. */
  readonly snapshot: Snapshot | undefined;
  /** Why newer input is not served; empty when `snapshot` is the newest there is. */
  readonly refused: readonly ProxyFinding[];
  /** Number of fields that this version does not know and leaves out. */
  readonly ignoredFields: number;
  /** Parts of the resource that this version does not understand and serves nothing, or something older, for. */
  readonly leftOut: LeftOutCounts;
}

export interface LeftOutCounts {
  readonly listeners: number;
  readonly backends: number;
  /** Of the rest of the spec, such as `drain`. */
  readonly parts: number;
}

export const NOTHING_LEFT_OUT: LeftOutCounts = { listeners: 0, backends: 0, parts: 0 };

export interface SourceEvents {
  readonly onInput: (input: SourceInput) => void;
  /** Whether the source can see its input now. */
  readonly onState: (state: SourceState) => void;
}

export type SourceState =
  | { readonly following: true }
  /** `problem` is a constant for one kind of trouble, so that it is logged once and not at every retry. */
  | { readonly following: false; readonly code: string; readonly problem: string };

/** Follows its input for ever, until stopped. */
export interface Source {
  /** Looks at the input at once. A source without it is told of every change. */
  reload?(): void;
  stop(): void;
}
