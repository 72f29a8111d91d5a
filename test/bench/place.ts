import type { Leash } from '../../tooling/process/leash.ts';
import type { Network } from './network/network.ts';
import type { Setting } from './network/setting.ts';
import type { Tools } from './tools.ts';

/** How a bench measures. */
export interface Conditions {
  /** Cores of the machine that may be used. */
  readonly cores: number;
  /** Acceptors, threads and workers of each peer, unless a line says otherwise. */
  readonly threads: number;
  /** Seconds of one measurement. */
  readonly seconds: number;
  /** Hard limit of open files of a process. */
  readonly fileLimit: number;
  readonly tools: Tools;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a line asks of every balancer beside the defaults. */
export interface Shape {
  /** Acceptors, threads, workers. */
  readonly threads: number;
  /** Run on the first `threads` cores only. */
  readonly pinned: boolean;
  readonly listeners: number;
  readonly endpoints: number;
  readonly algorithm: Algorithm;
  /** Two listeners, each in front of one of the two endpoints, instead of all in front of all. */
  readonly apart: boolean;
}

/** The names are those of the resource. */
export type Algorithm = 'RoundRobin' | 'LeastConnections' | 'Random' | 'SourceHash' | 'Maglev';

/** The conditions, and where the processes of the line at hand live. */
export interface Place extends Conditions {
  readonly setting: Setting;
  readonly network: Network;
  readonly shape: Shape;
  /** Endpoints and peers of the line being measured run on it, in its folder. */
  readonly leash: Leash;
}

/**
 * Descriptors that a balancer keeps for itself; the relay's health checks make most of them
 * (proxy/control/descriptor-shares.ts).
 */
const SPARE_DESCRIPTORS = 400;

/** Connections that every balancer can hold, each with two descriptors. */
export const mostConnections = (fileLimit: number): number => Math.floor((fileLimit - SPARE_DESCRIPTORS) / 2);
