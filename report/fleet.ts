import type { LiveEndpoints, LiveHistory, LiveReport } from './live.ts';

/**
 * What the page of all balancers is given, by server-sent events. The page and the operator that serves it are
 * of one version, so this is no contract between versions.
 */

/** Which operator answers, and what it can know. */
export interface FleetHead {
  readonly version: string;
  /** Name of its pod. */
  readonly operator: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** A replica on standby asks no proxy for its figures. */
  readonly isLeader: boolean;
  /** The replica that leads, if this one does not and knows it. */
  readonly leader?: string;
  /** Namespaces that this operator is responsible for; empty for all. */
  readonly namespaces: readonly string[];
  /** Why what is shown may be incomplete or old; empty if it is neither. */
  readonly problems: readonly string[];
  /** False if the one who looks may see some namespaces only. */
  readonly seesAll: boolean;
}

/** Something wrong with a balancer. */
export interface FleetProblem {
  /** One of the documented reasons. */
  readonly reason: string;
  /** What it is about, such as `listener web`; empty for the balancer as a whole. */
  readonly about: string;
  readonly message: string;
  /** From the catalogue of reasons; empty if the message says it all. */
  readonly whatToDo: string;
  readonly isBlocking: boolean;
}

export interface FleetCertificate {
  readonly name: string;
  /** Undefined while there is none in use. */
  readonly daysLeft?: number;
  readonly problem?: string;
}

/** What the proxies carry, as last read from them. */
export interface FleetTraffic {
  readonly open: number;
  /** New connections per second between the last two readings; null until there were two. */
  readonly rate: number | null;
  /** Age of the oldest reading. */
  readonly ageMs: number;
  /** Replicas that it is summed over. */
  readonly replicas: number;
}

/** One balancer in a row. */
export interface FleetRow {
  readonly namespace: string;
  readonly name: string;
  /** State of the condition Ready; `Unknown` until the operator has looked at the resource. */
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  /** When that state began (RFC 3339). */
  readonly since?: string;
  readonly readyReplicas: number;
  readonly wantedReplicas: number;
  readonly traffic?: FleetTraffic;
  /** Connections that the replicas can hold. */
  readonly capacity?: number;
  /** The worst first; at most a few of them. */
  readonly problems: readonly FleetProblem[];
  readonly problemCount: number;
  /** The certificate that needs attention first, if one does. */
  readonly certificate?: FleetCertificate;
  /** Listeners whose limits refuse connections now. */
  readonly limiting: readonly string[];
  /** Names and ports of listeners, addresses and backends, to search in. */
  readonly words: string;
}

export interface FleetOverview {
  readonly head: FleetHead;
  readonly balancers: readonly FleetRow[];
}

/** How the operator gets the live figures of a replica. */
export type ReplicaLink =
  | { readonly state: 'Connecting' }
  | { readonly state: 'Live' }
  /** `why` is a sentence. */
  | { readonly state: 'Lost'; readonly why: string };

export interface FleetReplica {
  readonly pod: string;
  readonly node: string;
  readonly isReady: boolean;
  readonly restarts: number;
  /** Why it does not serve, as its pod says it; empty if it does. */
  readonly trouble: string;
  readonly link: ReplicaLink;
}

/** One balancer, apart from the figures of its replicas. */
export interface FleetBalancer {
  readonly head: FleetHead;
  /** Undefined if there is no such balancer any more. */
  readonly row?: FleetRow;
  readonly problems: readonly FleetProblem[];
  readonly generation: number;
  /** Revision of the pods. */
  readonly revision: string;
  readonly addresses: readonly string[];
  readonly replicas: readonly FleetReplica[];
  /** Replicas that are left out because there are too many. */
  readonly moreReplicas: number;
}

/** Live figures of a replica, with its history if it has just been asked for. */
export interface FleetFigures {
  readonly pod: string;
  readonly history?: LiveHistory;
  readonly report: LiveReport;
}

/** Endpoints as replicas see them. */
export interface FleetEndpoints {
  /** The part that was asked for, of one replica; otherwise all of each, or none if they are too many. */
  readonly isPart: boolean;
  readonly replicas: readonly ({ readonly pod: string } & LiveEndpoints)[];
  /** Replicas that gave no answer. */
  readonly silent: readonly string[];
}
