import type { Leash } from '../../tooling/process/leash.ts';
import type { KeyKind } from './certificates.ts';
import type { Network } from './network/network.ts';
import type { Setting } from './network/setting.ts';
import type { Tools } from './tools.ts';

/** The conditions under which a bench measures. */
export interface Conditions {
  /** Cores of the machine that the bench may use. */
  readonly cores: number;
  /** Acceptors, threads and workers of each peer, unless a line overrides it. */
  readonly threads: number;
  /** Seconds of one measurement. */
  readonly seconds: number;
  /** Hard limit of open files per process. */
  readonly fileLimit: number;
  readonly tools: Tools;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** How a line configures every balancer. */
export interface Shape {
  readonly protocol: 'TCP' | 'UDP';
  /** Whether clients send more than can be answered. */
  readonly flooded: boolean;
  /** Whether the relay puts a PROXY header in front of each datagram. */
  readonly headed: boolean;
  /** The relay's policies: none, every one, or every one but the PROXY header that clients begin with. */
  readonly policies: 'None' | 'All' | 'AllButHeaderIn';
  /**
   * What every balancer does with TLS: nothing; end it, with a certificate of that kind of key; or pass it on
   * to endpoints that have one (only the relay, which looks for the name of the server meanwhile).
   */
  readonly tls: TlsShape | undefined;
  /** Acceptors, threads, workers. */
  readonly threads: number;
  /** Run on the first `threads` cores only. */
  readonly pinned: boolean;
  readonly listeners: number;
  readonly endpoints: number;
  readonly algorithm: Algorithm;
  /** Two listeners, each in front of one of the two endpoints, instead of all in front of all. */
  readonly apart: boolean;
  /** Addresses in a list of those that may not connect; none of them does. 0 for no list. */
  readonly denied: number;
}

export interface TlsShape {
  readonly mode: 'Terminate' | 'Passthrough';
  readonly key: KeyKind;
  /** Whether clients have to show a certificate, which every balancer verifies. */
  readonly mutual?: boolean;
  /** Whether every balancer speaks TLS with the endpoints as well, and verifies them. */
  readonly reencrypts?: boolean;
}

/** Algorithms, with the names of the resource. */
export type Algorithm = 'RoundRobin' | 'LeastConnections' | 'Random' | 'SourceHash' | 'Maglev';

/** The conditions, and what the processes of the current line share. */
export interface Environment extends Conditions {
  readonly setting: Setting;
  readonly network: Network;
  readonly shape: Shape;
  /** The current line's endpoints and peers run on this leash, in its folder. */
  readonly leash: Leash;
}

/**
 * Descriptors that a balancer needs for itself; the relay's health checks account for most of them
 * (proxy/control/descriptor-shares.ts).
 */
const SPARE_DESCRIPTORS = 400;

/** Connections that every balancer can hold, each with two descriptors. */
export const mostConnections = (fileLimit: number): number => Math.floor((fileLimit - SPARE_DESCRIPTORS) / 2);
