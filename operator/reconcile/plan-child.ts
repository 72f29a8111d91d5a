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
  | { readonly action: 'Nothing' }
  /** No such child is known: it is created, unless the name is taken. */
  | { readonly action: 'Create' }
  | {
      readonly action: 'Apply';
      readonly uid: string | undefined;
      readonly isRepair: boolean;
      /** It has no owner and is adopted. */
      readonly isAdoption: boolean;
    }
  | { readonly action: 'Remove'; readonly uid: string | undefined }
  /** It is being deleted, and must be gone before it can be recreated. */
  | { readonly action: 'Wait' }
  /** It belongs to another owner; `holder` completes a sentence that starts with its kind and name. */
  | { readonly action: 'LeaveAlone'; readonly holder: string };

/**
 * Decides what to do about one child. Objects that do not belong to this resource are never changed or
 * removed.
 */
export const planChild = ({ owner, wanted, live, confirmed }: ChildState): Plan => {
  if (live === undefined) return wanted === undefined ? { action: 'Nothing' } : { action: 'Create' };
  const { uid, deletionTimestamp } = live.metadata;
  const controller = controllerOf(live);
  const owned = ownership(live, owner, confirmed);
  if (wanted === undefined)
    return owned !== undefined && deletionTimestamp === undefined
      ? { action: 'Remove', uid }
      : { action: 'Nothing' };
  const isOfPredecessor = controller?.kind === ROOT && controller.name === owner.name;
  if (owned === undefined && !isOfPredecessor) return { action: 'LeaveAlone', holder: holderOf(controller) };
  // It belongs to a deleted resource of the same name: the garbage collector will remove it.
  if (owned === undefined || deletionTimestamp !== undefined) return { action: 'Wait' };
  if (isUnchanged(confirmed, wanted, live)) return { action: 'Nothing' };
  return {
    action: 'Apply',
    uid,
    isRepair: confirmed?.sent === digest(wanted),
    isAdoption: owned === 'Orphan',
  };
};

const holderOf = (controller: { readonly kind: string; readonly name: string } | undefined): string =>
  controller === undefined
    ? 'exists and was not made for this resource'
    : `exists and belongs to ${controller.kind} "${controller.name}"`;
