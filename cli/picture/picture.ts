import type { ServedChange } from '../../crds/status.ts';

/**
 * One balancer, joined over its replicas: what `status` shows, and what `-o json` and `-o yaml` print. Rates
 * are per second; they are missing where a replica was asked only once.
 */
export interface Picture {
  readonly name: string;
  readonly namespace: string;
  readonly createdAt: string | undefined;
  readonly generation: number | undefined;
  /** Generation that the operator acted on last; -1 if none yet. */
  readonly observedGeneration: number | undefined;
  readonly conditions: readonly ConditionPicture[];
  readonly revision: string | undefined;
  readonly addresses: readonly string[];
  readonly replicas: readonly ReplicaPicture[];
  readonly listeners: readonly ListenerPicture[];
  readonly backends: readonly BackendPicture[];
  /** How connections ended since the proxies started, those that are frequent now first. */
  readonly ends: readonly EndPicture[];
  readonly findings: readonly FindingPicture[];
  readonly certificates: readonly CertificatePicture[];
  readonly tuning: readonly KnobPicture[];
  readonly shares: readonly SharePicture[];
  /** The last changes of what is served, the newest first. */
  readonly history: readonly ChangePicture[];
}

export interface ConditionPicture {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since: string;
}

export interface ReplicaPicture {
  readonly pod: string;
  readonly node: string;
  readonly state: 'Ready' | 'NotReady' | 'Leaving';
  /** Why it is not ready, or does not answer; empty if it is and does. */
  readonly why: string;
  /** Whether it has answered; the fields below are then those of its report. */
  readonly reported: boolean;
  readonly following: boolean | undefined;
  /** Configuration that it serves, such as `generation/4`. */
  readonly serves: string | undefined;
  readonly version: string | undefined;
  readonly uptimeMs: number | undefined;
  readonly acceptors: number | undefined;
  readonly open: number | undefined;
  readonly newPerSecond: number | undefined;
  readonly restarts: number;
}

export interface ListenerPicture {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** Where its connections go: its own backend, then those of its routes. */
  readonly backends: readonly string[];
  /** Usable endpoints on the worst replica, and those that it knows; undefined if no replica has answered. */
  readonly usable: number | undefined;
  readonly endpoints: number | undefined;
  readonly open: number;
  readonly accepted: number;
  readonly newPerSecond: number | undefined;
  readonly limiting: boolean;
  readonly refused: readonly ReasonCount[];
  readonly wouldRefuse: readonly ReasonCount[];
  /** True if it is not in the spec any more, but has connections. */
  readonly leaving: boolean;
  readonly problems: readonly string[];
}

export interface ReasonCount {
  readonly reason: string;
  readonly total: number;
}

export interface BackendPicture {
  readonly name: string;
  readonly service: string | undefined;
  readonly algorithm: string;
  readonly usedBy: readonly string[];
  readonly endpoints: readonly EndpointPicture[];
}

/** `Out`: unhealthy or ejected. `Mixed`: replicas disagree. `Idle`: usable, but not needed: a backup. */
export type EndpointState =
  | 'Healthy'
  | 'Unchecked'
  | 'Warming'
  | 'Idle'
  | 'Drained'
  | 'NoWeight'
  | 'Mixed'
  | 'Out';

export interface EndpointPicture {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly drained: boolean;
  readonly backup: boolean;
  readonly state: EndpointState;
  /** Replicas that use it, and those that know it. */
  readonly usedBy: number;
  readonly knownBy: number;
  /** Why it is out, by replicas that say so; empty if it is not. */
  readonly reasons: readonly string[];
  /** When the last ejection ends (RFC 3339); undefined if no replica ejects it. */
  readonly ejectedUntil: string | undefined;
  readonly open: number;
  readonly connections: number;
  readonly failures: number;
  readonly newPerSecond: number | undefined;
}

export interface EndPicture {
  readonly listener: string;
  readonly reason: string;
  readonly total: number;
  readonly perSecond: number | undefined;
}

export interface FindingPicture {
  readonly code: string;
  readonly about: string;
  readonly message: string;
  readonly replicas: number;
}

/** From the status: of each certificate, the one in use that expires first on any replica. */
export interface CertificatePicture {
  readonly secret: string;
  readonly names: readonly string[];
  /** RFC 3339; undefined while none is in use. */
  readonly notAfter: string | undefined;
  /**
   * From when on a replica reports CertificateExpires, RFC 3339; undefined if no replica has answered, or has
   * one in use.
   */
  readonly warnedFrom: string | undefined;
  /** Whole days, and from 31 on whole weeks; -1 if it has expired. */
  readonly daysLeft: number | undefined;
  readonly usedBy: readonly string[];
  readonly usedByBackends: readonly string[];
  /** Why what the Secret has now is not in use. */
  readonly problem: string | undefined;
}

export interface KnobPicture {
  readonly name: string;
  readonly asked: string | undefined;
  readonly effective: string;
  readonly ok: boolean;
  readonly hint: string | undefined;
}

export interface SharePicture {
  readonly listener: string;
  readonly limit: string;
  readonly replicas: readonly { readonly pod: string; readonly amount: number }[];
}

/** A change as the operator writes it into the status. */
export type ChangePicture = ServedChange;
