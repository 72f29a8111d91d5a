import type { Finding } from '../../crds/finding.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Status } from '../../crds/status.ts';
import type { Pinned } from '../desired/pin.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';
import type { WorkloadPods } from '../objects/pods.ts';
import type { Service } from '../objects/service.ts';
import type { Gate } from '../rollout/gate.ts';
import type { Reading } from './reading.ts';

/** Everything that the status is made from; gathered by reconcile/gather.ts. */
export interface Observed extends WorkloadPods {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  /** The spec with its defaults; undefined when the resource cannot be read. */
  readonly spec: L4BalancerSpec | undefined;
  /** Why the spec cannot be read; empty when it can. */
  readonly findings: readonly Finding[];
  /** Paths of fields that this version does not know. */
  readonly ignored: readonly string[];
  /** What the spec has that would be refused today, and what becomes of it. */
  readonly tolerated: readonly Finding[];
  readonly service: Service | undefined;
  /** How the pods were rendered, and what an autoscaler chose. */
  readonly rendering: Pinned;
  /** Revision of a later operator; undefined where this one knows it. */
  readonly unknownRevision: string | undefined;
  /** Whether the cluster knows PodMonitors. */
  readonly hasPodMonitors: boolean;
  /** What went wrong with applying the children. */
  readonly problems: readonly ChildProblem[];
  /** What the proxies said when they were last asked, in any order. */
  readonly readings: readonly Reading[];
  /** The status as the API server has it: until a proxy has been asked, what was known of them stands. */
  readonly before: Partial<Status> | undefined;
  /** How far the workload may be changed, and why no further. */
  readonly gate: Gate;
  /** What somebody else changes again and again. */
  readonly contests: readonly Contest[];
  /** In what the cluster's definition differs from the operator's; undefined until it was read. */
  readonly definition?: DefinitionSkew | undefined;
  /** Names this operator. */
  readonly identity: string;
  /** Sentences about children that are not applied yet and are tried again; sorted. */
  readonly unfinished: readonly string[];
}

/** A child that is not as it should be because the API server, or an object in its place, is in the way. */
export interface ChildProblem {
  readonly cause: 'NameTaken' | 'Refused';
  readonly kind: string;
  readonly name: string;
  /** The API server's words, or who holds the name. */
  readonly message: string;
  /** Fields in the way that somebody else has set. */
  readonly foreign?: readonly ForeignField[];
}

/** A field of a child that the operator does not set, and who does. */
export interface ForeignField {
  /** As the API server names it, such as `spec.strategy.rollingUpdate`. */
  readonly field: string;
  /** Names in managedFields. */
  readonly by: readonly string[];
}

/** An object that somebody else has changed several times in a row. */
export interface Contest {
  /** Kind of the child, or `status`. */
  readonly kind: string;
  readonly what: 'Changed' | 'Deleted' | 'MadeAgain';
  /** Field managers, or the name of the other operator; empty where nobody is known. */
  readonly by: readonly string[];
  /** Fields, in words; sorted. */
  readonly where: readonly string[];
  /** Whether another process wrote under the operator's own name. */
  readonly isOperator: boolean;
}
