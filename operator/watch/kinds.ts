import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { KubeObject } from '../../kube/object.ts';
import { collectionPath } from '../../kube/paths.ts';
import { CHILD_SELECTOR } from '../objects/child-labels.ts';
import type { DaemonSet } from '../objects/daemon-set.ts';
import type { ClusterNode } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { Secret } from '../objects/secret.ts';
import type { Service } from '../objects/service.ts';
import type { Deployment, ReplicaSet } from '../objects/workload.ts';
import { trimPod, trimReplicaSet, trimSecret } from './trim.ts';
import { type Balancer, trimBalancer } from './trim-balancer.ts';
import { trimNode } from './trim-node.ts';

/** Every kind that is followed, with the fields that are read. */
export interface WatchedKinds {
  readonly L4Balancer: Balancer;
  readonly ServiceAccount: KubeObject;
  readonly Role: KubeObject;
  readonly RoleBinding: KubeObject;
  readonly Secret: Secret;
  readonly Service: Service;
  readonly PodDisruptionBudget: KubeObject;
  readonly NetworkPolicy: KubeObject;
  readonly HorizontalPodAutoscaler: KubeObject;
  readonly PodMonitor: KubeObject;
  readonly Deployment: Deployment;
  readonly DaemonSet: DaemonSet;
  readonly ReplicaSet: ReplicaSet;
  readonly Pod: Pod;
  readonly Node: ClusterNode;
}

export type WatchedKind = keyof WatchedKinds;

interface Watched<T> {
  readonly apiVersion: string;
  /** Selects the operator's own objects; undefined for users' resources. */
  readonly labelSelector?: string;
  /** Drops fields that the operator never reads. */
  trim?(object: T): T;
  /**
   * Defined by another project's CustomResourceDefinition: the API server may not serve it, or start to
   * later.
   */
  readonly isOptional?: true;
  /** An installation may withhold the right to read it; the operator then works without it. */
  readonly mayBeForbidden?: true;
  /** Not namespaced. An operator for named namespaces may not read it, and works without it. */
  readonly isClusterWide?: true;
}

const child = (apiVersion: string) => ({ apiVersion, labelSelector: CHILD_SELECTOR });

/** What is followed, in the namespaces of the operator. */
export const WATCHED: { readonly [K in WatchedKind]: Watched<WatchedKinds[K]> } = {
  L4Balancer: { apiVersion: API_VERSION, trim: trimBalancer },
  ServiceAccount: child('v1'),
  Role: child('rbac.authorization.k8s.io/v1'),
  RoleBinding: child('rbac.authorization.k8s.io/v1'),
  Secret: { ...child('v1'), trim: trimSecret, mayBeForbidden: true },
  Service: child('v1'),
  PodDisruptionBudget: child('policy/v1'),
  NetworkPolicy: child('networking.k8s.io/v1'),
  HorizontalPodAutoscaler: child('autoscaling/v2'),
  PodMonitor: { ...child('monitoring.coreos.com/v1'), isOptional: true },
  Deployment: child('apps/v1'),
  DaemonSet: child('apps/v1'),
  ReplicaSet: { ...child('apps/v1'), trim: trimReplicaSet },
  Pod: { ...child('v1'), trim: trimPod },
  Node: { apiVersion: 'v1', trim: trimNode, isClusterWide: true },
};

export const WATCHED_KINDS = Object.keys(WATCHED) as readonly WatchedKind[];

export const isOptional = (kind: WatchedKind): boolean => WATCHED[kind].isOptional === true;

export const mayBeForbidden = (kind: WatchedKind): boolean => WATCHED[kind].mayBeForbidden === true;

export const isClusterWide = (kind: WatchedKind): boolean => WATCHED[kind].isClusterWide === true;

export const isWatched = (kind: string): kind is WatchedKind => kind in WATCHED;

/** The kind that all children belong to. */
export const ROOT = KIND;

/** Path of a kind's objects in one namespace, or in all if undefined. */
export const watchPath = (kind: WatchedKind, namespace: string | undefined): string =>
  collectionPath({ apiVersion: WATCHED[kind].apiVersion, kind }, namespace);
