import type { Place } from './place.ts';
import type { Endpoint } from './template.ts';

/** What is measured side by side: a load balancer, or none. */
export interface Peer {
  readonly name: PeerName;
  /** Whether it can be run here. */
  find(): Found | Missing;
  /** Starts it in front of `endpoints`, shaped as the place says, and resolves once it takes connections. */
  start(place: Place, endpoints: readonly Endpoint[]): Promise<RunningPeer>;
}

export type PeerName = 'relay' | 'HAProxy' | 'nginx stream' | 'no balancer';

/** Those that the relay is measured against. */
export const RIVALS: readonly PeerName[] = ['HAProxy', 'nginx stream'];

export interface Found {
  readonly found: true;
  readonly version: string;
}

export interface Missing {
  readonly found: false;
  /** What is not there and what to install. */
  readonly why: string;
}

export interface RunningPeer {
  /** Address and TCP ports that clients connect to. */
  readonly address: string;
  readonly ports: readonly [number, ...number[]];
  /** First process; its descendants belong to it. Undefined where there is no balancer. */
  readonly pid: number | undefined;
  /** When it was started, by performance.now(). */
  readonly begunAt?: number;
  /** The configuration it runs with, as the peer reads it. */
  readonly configuration: string;
  /** Open client connections of each thread or worker, as the peer itself or the kernel says. */
  spread?(): Promise<readonly number[]>;
  /** Throws when it has ended by itself. */
  check(): void;
  stop(): Promise<void>;
}
