import type { KubeObject } from '../../kube/object.ts';
import { childLabels } from '../objects/child-labels.ts';
import { controllerOf } from '../objects/controller-of.ts';
import type { Confirmed } from './write-cache.ts';

/** Why an object belongs to a resource. */
export type Ownership =
  /** The resource is its controller. */
  | 'Controlled'
  /** It has no controller, but this process created it: somebody removed the owner reference. */
  | 'Known'
  /**
   * It was created for a resource of this name that was deleted without its children (`kubectl delete
   * --cascade=orphan`): it has no owner, and every label that the operator gives its children. So to regain a
   * serving balancer, it is enough to recreate the resource.
   */
  | 'Orphan';

/**
 * Whether an object with a child's name belongs to this resource; undefined if it belongs to another owner:
 * then it says nothing about this resource and is never changed. Gathering and applying must decide alike: an
 * orphan that is adopted, but was not gathered, would count as not serving.
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
