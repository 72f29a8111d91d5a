import type { KubeObject } from '../../kube/object.ts';
import { childLabels } from '../objects/child-labels.ts';
import { controllerOf } from '../objects/controller-of.ts';
import type { Confirmed } from './write-cache.ts';

/** Why an object counts as a resource's child. */
export type Ownership =
  /** The resource is its controller. */
  | 'Controlled'
  /** It has no controller, but is the one that this process made: somebody took the owner reference away. */
  | 'Known'
  /**
   * It was made for a resource of this name that was deleted without it (`kubectl delete --cascade=orphan`): nobody owns it, and it has every
   * label that the operator gives its children. So who wants one back that serves has only to make the resource again.
   */
  | 'Orphan';

/**
 * Whether an object of a child's name is this resource's; undefined for somebody else's, which says nothing about it and is never changed. One answer
 * for what is gathered and for what is done: an orphan that were taken over, but not seen before, would be taken for nothing that serves.
 */
export const ownership = (
  live: KubeObject,
  owner: { readonly name: string; readonly uid: string },
  confirmed: Confirmed | undefined,
): Ownership | undefined => {
  const controller = controllerOf(live);
  if (controller !== undefined) return controller.uid === owner.uid ? 'Controlled' : undefined;
  const { uid, labels, ownerReferences = [] } = live.metadata;
  if (uid !== undefined && confirmed?.uid === uid) return 'Known';
  const isOrphan =
    ownerReferences.length === 0 &&
    Object.entries(childLabels(owner.name)).every(([name, value]) => labels?.[name] === value);
  return isOrphan ? 'Orphan' : undefined;
};
