import type { KubeObject } from '../../kube/object.ts';
import { keyOf } from '../../kube/strip.ts';
import { INSTANCE } from '../objects/child-labels.ts';
import { controllerOf } from '../objects/controller-of.ts';
import type { Collections } from './cluster-cache.ts';
import { ROOT, type WatchedKind } from './kinds.ts';

/** Owners in the longest chain: Pod, ReplicaSet, Deployment, L4Balancer. */
const MAX_OWNERS = 3;

/** The queue's key of the resource that an object belongs to; undefined if it is nobody's child. */
export const rootKey = (
  kind: WatchedKind,
  object: KubeObject,
  collections: Pick<Collections, 'ReplicaSet' | 'Deployment' | 'DaemonSet'>,
): string | undefined => {
  if (kind === ROOT) return keyOf(object);
  const { namespace, labels } = object.metadata;
  let at: KubeObject | undefined = object;
  for (let owners = 0; owners < MAX_OWNERS && at !== undefined; owners++) {
    const owner: { readonly kind: string; readonly name: string } | undefined = controllerOf(at);
    if (owner === undefined) break;
    const key: string = `${namespace}/${owner.name}`;
    if (owner.kind === ROOT) return key;
    const kinds = ['ReplicaSet', 'Deployment', 'DaemonSet'] as const;
    const ownerKind = kinds.find((one) => one === owner.kind);
    at = ownerKind === undefined ? undefined : collections[ownerKind].get(key);
  }
  // Its owner reference was removed and has to be restored. (A name too long for a label is found with the
  // next list.)
  const instance = labels?.[INSTANCE];
  return instance === undefined ? undefined : `${namespace}/${instance}`;
};
