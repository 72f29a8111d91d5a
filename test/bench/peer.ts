import type { Environment } from './environment.ts';
import type { Endpoint } from './template.ts';

/** A load balancer that is measured side by side with others, or the absence of one. */
export interface Peer {
  readonly name: PeerName;
  /** Whether the peer can run on this machine. */
  find(): Found | Missing;
  /** Starts it in front of `endpoints`, in the environment's shape; resolves once it accepts connections. */
  start(environment: Environment, endpoints: readonly Endpoint[]): Promise<RunningPeer>;
}

/** 'earlier' is this project's proxy of another checkout, 'plain relay' this one's without any policy. */
export type PeerName = 'relay' | 'plain relay' | 'earlier' | 'HAProxy' | 'nginx stream' | 'no balancer';

/** The peers with which the relay is compared. */
export const RIVALS: readonly PeerName[] = ['plain relay', 'earlier', 'HAProxy', 'nginx stream'];

export interface Found {
  readonly found: true;
  readonly version: string;
}

export interface Missing {
  readonly found: false;
  /** What is missing and what to install. */
  readonly why: string;
}

export interface RunningPeer {
  /** Address and ports that clients connect to. */
  readonly address: string;
  readonly ports: readonly [number, ...number[]];
  /** Whether connections have to begin with a PROXY header. */
  readonly takesHeader?: boolean;
  /** The first process; its descendants belong to the peer, too. Undefined without a balancer. */
  readonly pid: number | undefined;
  /** When it was started, by performance.now(). */
  readonly startedAt?: number;
  /** The configuration that the peer has read. */
  readonly configuration: string;
  /** Open client connections of each thread or worker, according to the peer or the kernel. */
  spread?(): Promise<readonly number[]>;
  /** Throws if it has ended by itself. */
  check(): void;
  stop(): Promise<void>;
}
