import type { ProxyFinding } from '../../report/finding.ts';
import type { ListenerShares } from '../configuration/listener-share.ts';
import type { Snapshot } from '../configuration/snapshot.ts';

/** The state of a source at one moment; each one replaces the previous one. */
export interface SourceInput {
  /** The last complete, valid snapshot; undefined before the first one. */
  readonly snapshot: Snapshot | undefined;
  /** The shares of limits for all replicas together; they take effect at once, whatever the snapshot is. */
  readonly shares: ListenerShares;
  /**
   * The keys of session tickets that all replicas share, as the engine takes them; omitted while there are
   * none. They take effect at once, and are never shown.
   */
  readonly ticketKeys?: Uint8Array;
  /** Why newer input is not served; empty if `snapshot` is the newest. */
  readonly refused: readonly ProxyFinding[];
  /** Number of unknown fields, which are ignored. */
  readonly ignoredFields: number;
  /**
   * Parts of the resource that this version does not understand. It serves nothing, or an older version, in
   * their place.
   */
  readonly leftOut: LeftOutCounts;
}

export interface LeftOutCounts {
  readonly listeners: number;
  readonly backends: number;
  /** Other parts of the spec, such as `drain`. */
  readonly parts: number;
}

export const NOTHING_LEFT_OUT: LeftOutCounts = { listeners: 0, backends: 0, parts: 0 };

export interface SourceEvents {
  readonly onInput: (input: SourceInput) => void;
  /** Called with whether the source can currently read its input. */
  readonly onState: (state: SourceState) => void;
  /** Called before the first private key of listeners is read, and that of backends. */
  readonly beforeKeys?: () => void;
}

export type SourceState =
  | { readonly following: true }
  /**
   * `code` and `problem` are constant for each kind of problem, so that it is logged once and not at every
   * retry.
   */
  | { readonly following: false; readonly code: string; readonly problem: string };

/** Follows its input until it is stopped. */
export interface Source {
  /** Reads the input again at once. Omitted by a source that is notified of every change. */
  reload?(): void;
  stop(): void;
}
