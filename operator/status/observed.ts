import type { Finding } from '../../crds/finding.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { LimitShares } from '../../crds/limit-shares.ts';
import type { ServedChange, Status } from '../../crds/status.ts';
import type { Pinned } from '../desired/pin.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';
import type { WorkloadPods } from '../objects/pods.ts';
import type { Service } from '../objects/service.ts';
import type { Gate } from '../rollout/gate.ts';
import type { Reading } from './reading.ts';
import type { Withheld } from './withheld.ts';

/** Everything that the status is computed from; gathered by reconcile/gather.ts. */
export interface Observed extends WorkloadPods {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  /** The spec with its defaults; undefined if the resource cannot be parsed. */
  readonly spec: L4BalancerSpec | undefined;
  /** Why the spec cannot be parsed; empty if it can. */
  readonly findings: readonly Finding[];
  /** Paths of fields that this version does not know. */
  readonly ignored: readonly string[];
  /** Values in the spec that would be refused today, and their effect. */
  readonly tolerated: readonly Finding[];
  readonly service: Service | undefined;
  /** The second Service, if the UDP listeners have one of their own. */
  readonly udpService?: Service | undefined;
  /** How the pods were rendered, and the number of replicas that an autoscaler chose. */
  readonly rendering: Pinned;
  /** Revision of a later operator; undefined if this one knows the revision. */
  readonly unknownRevision: string | undefined;
  /** Whether the cluster knows PodMonitors. */
  readonly hasPodMonitors: boolean;
  /** Children that could not be applied. */
  readonly problems: readonly ChildProblem[];
  /** The last report of each proxy, in any order. */
  readonly readings: readonly Reading[];
  /**
   * The status at the API server; what it says about the proxies is kept until the first of them has been
   * polled.
   */
  readonly before: Partial<Status> | undefined;
  /** How limits for all replicas together are shared out; undefined if there are none. */
  readonly limits?: readonly LimitShares[] | undefined;
  /** What replicas have withheld of these limits for long; omitted if nothing is. */
  readonly withheld?: readonly Withheld[];
  /** The last changes of what is served; undefined or empty before the first. */
  readonly history?: readonly ServedChange[];
  /** How far the workload may be changed, and why not further. */
  readonly gate: Gate;
  /** Objects that someone else changes repeatedly. */
  readonly contests: readonly Contest[];
  /** How the cluster’s definition differs from the operator’s; undefined until it has been read. */
  readonly definition?: DefinitionSkew | undefined;
  /** Names this operator. */
  readonly identity: string;
  /** Sentences about children that could not be applied yet and are retried; sorted. */
  readonly unfinished: readonly string[];
}

/** A child that cannot be applied: the API server refuses it, or another object has its name. */
export interface ChildProblem {
  readonly cause: 'NameTaken' | 'Refused';
  readonly kind: string;
  readonly name: string;
  /** The message of the API server, or whose object has the name. */
  readonly message: string;
  /** Fields that someone else has set and that conflict with the wanted child. */
  readonly foreign?: readonly ForeignField[];
}

/** A field of a child that the operator does not set, and its field managers. */
export interface ForeignField {
  /** As the API server names it, such as `spec.strategy.rollingUpdate`. */
  readonly field: string;
  /** Names in managedFields. */
  readonly by: readonly string[];
}

/** An object that someone else has changed several times in a row. */
export interface Contest {
  /** Kind of the child, or `status`. */
  readonly kind: string;
  readonly what: 'Changed' | 'Deleted' | 'Recreated';
  /** Field managers, or the name of the other operator; empty if unknown. */
  readonly by: readonly string[];
  /** Descriptions of the fields; sorted. */
  readonly where: readonly string[];
  /** Whether another process wrote as the operator’s own field manager. */
  readonly isOperator: boolean;
}
