import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import { controllerOf } from '../objects/controller-of.ts';
import { ROOT } from '../watch/kinds.ts';
import { ownership } from './ownership.ts';
import { type Confirmed, digest, isUnchanged } from './write-cache.ts';

export interface ChildState {
  readonly owner: { readonly name: string; readonly uid: string };
  readonly wanted: Manifest | undefined;
  /** The newest known object: from the cache, or from a newer response to a write. */
  readonly live: KubeObject | undefined;
  readonly confirmed: Confirmed | undefined;
}

/** What to do about one child. */
export type Plan =
  | { readonly todo: 'Nothing' }
  /** No such child is known: it is created, unless the name is taken. */
  | { readonly todo: 'Make' }
  | {
      readonly todo: 'Apply';
      readonly uid: string | undefined;
      readonly isRepair: boolean;
      /** It has no owner and is adopted. */
      readonly isAdoption: boolean;
    }
  | { readonly todo: 'Remove'; readonly uid: string | undefined }
  /** It is being deleted, and must be gone before it can be recreated. */
  | { readonly todo: 'Wait' }
  /** It belongs to another owner; `holder` completes a sentence that starts with its kind and name. */
  | { readonly todo: 'Yield'; readonly holder: string };

/**
 * Decides what to do about one child. Objects that do not belong to this resource are never changed or
 * removed.
 */
export const planChild = ({ owner, wanted, live, confirmed }: ChildState): Plan => {
  if (live === undefined) return wanted === undefined ? { todo: 'Nothing' } : { todo: 'Make' };
  const { uid, deletionTimestamp } = live.metadata;
  const controller = controllerOf(live);
  const owned = ownership(live, owner, confirmed);
  if (wanted === undefined)
    return owned !== undefined && deletionTimestamp === undefined
      ? { todo: 'Remove', uid }
      : { todo: 'Nothing' };
  const isPredecessors = controller?.kind === ROOT && controller.name === owner.name;
  if (owned === undefined && !isPredecessors) return { todo: 'Yield', holder: holderOf(controller) };
  // It belongs to a deleted resource of the same name: the garbage collector will remove it.
  if (owned === undefined || deletionTimestamp !== undefined) return { todo: 'Wait' };
  if (isUnchanged(confirmed, wanted, live)) return { todo: 'Nothing' };
  return {
    todo: 'Apply',
    uid,
    isRepair: confirmed?.sent === digest(wanted),
    isAdoption: owned === 'Orphan',
  };
};

const holderOf = (controller: { readonly kind: string; readonly name: string } | undefined): string =>
  controller === undefined
    ? 'exists and was not made for this resource'
    : `exists and belongs to ${controller.kind} "${controller.name}"`;
