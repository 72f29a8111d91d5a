import type { Binding } from '../configuration/binding.ts';
import type { EndedConnection } from './ended-connection.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './event.ts';

export interface EngineOptions {
  /** Number of acceptor threads, at least 1; an engine without acceptors has no use for it. */
  readonly acceptors: number;
  /** Most file descriptors that its listening sockets and connections may hold; left out for what the process's limit leaves to them. */
  readonly descriptors?: number;
  readonly onEvent: (event: EngineEvent) => void;
  /** Takes the connections that have ended and are to be logged (table's accessLog), in batches, a moment later. */
  readonly onEnded?: (ended: EndedConnection) => void;
  /** What of this process, beside listeners, has a port; in words for the finding about a listener that wants it. */
  readonly holder?: (binding: Binding) => string | undefined;
  /** How long the counters of what has gone stay after its last connection has ended; left out for two minutes, so that a scrape a minute sees the last of them. */
  readonly countersKeptMs?: number;
}

/** Starts an engine that serves nothing until the first table is published. */
export type StartEngine = (options: EngineOptions) => Promise<Engine>;

/** The file descriptors that an engine needs, by which the process divides its limit. */
export interface DescriptorNeeds {
  /** Those that it holds whatever it serves. */
  readonly own: number;
  /** Beside these, the fewest with which it serves one listener and a connection. */
  readonly least: number;
  /** A limit of the process above this is of no use to it. */
  readonly most: number;
}

/** One implementation of the port: all that the rest of the proxy has to know before one is started. */
export interface EngineKind {
  readonly start: StartEngine;
  readonly descriptors: (acceptors: number) => DescriptorNeeds;
}
