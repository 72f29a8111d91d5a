import type { Binding } from '../configuration/binding.ts';
import type { EndedConnection } from './ended-connection.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './event.ts';

export interface EngineOptions {
  /** Number of acceptor threads, at least 1; ignored by an engine without acceptors. */
  readonly acceptors: number;
  /**
   * The most file descriptors that its listening sockets and connections may hold. Without it, all that the
   * process's limit allows.
   */
  readonly descriptors?: number;
  readonly onEvent: (event: EngineEvent) => void;
  /**
   * Receives the ended connections that are to be logged (accessLog of the table), in batches, a moment
   * later.
   */
  readonly onEnded?: (ended: EndedConnection) => void;
  /**
   * Which other part of this process holds a binding, worded for the finding about a listener that wants it.
   */
  readonly holder?: (binding: Binding) => string | undefined;
  /**
   * How long counters of what was removed are kept after its last connection has ended. Two minutes by
   * default, so that a scrape every minute sees their last values.
   */
  readonly countersKeptMs?: number;
}

/** Starts an engine that serves nothing until the first table is published. */
export type StartEngine = (options: EngineOptions) => Promise<Engine>;

/** How many file descriptors an engine needs; the process divides its limit accordingly. */
export interface DescriptorNeeds {
  /** Those that it always holds, whatever it serves. */
  readonly own: number;
  /** On top of these, the fewest with which it can serve one listener and one connection. */
  readonly least: number;
  /** It cannot use a process limit above this. */
  readonly most: number;
}

/** An implementation of the port: what the rest of the proxy has to know before starting it. */
export interface EngineKind {
  readonly start: StartEngine;
  readonly descriptors: (acceptors: number) => DescriptorNeeds;
}
