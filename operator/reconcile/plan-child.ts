import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import { controllerOf } from '../objects/controller-of.ts';
import { ROOT } from '../watch/kinds.ts';
import { ownership } from './ownership.ts';
import { type Confirmed, digest, isUnchanged } from './write-cache.ts';

export interface ChildState {
  readonly owner: { readonly name: string; readonly uid: string };
  readonly wanted: Manifest | undefined;
  /** As known: the cache's, or the newer answer to a write. */
  readonly live: KubeObject | undefined;
  readonly confirmed: Confirmed | undefined;
}

/** What is to be done about one child. */
export type Plan =
  | { readonly todo: 'Nothing' }
  /** It is not among the operator's own: it is made, if the name is free. */
  | { readonly todo: 'Make' }
  | {
      readonly todo: 'Apply';
      readonly uid: string | undefined;
      readonly isRepair: boolean;
      /** It has no owner, and is taken over. */
      readonly isAdoption: boolean;
    }
  | { readonly todo: 'Remove'; readonly uid: string | undefined }
  /** It is going away, and has to be gone before it can be made again. */
  | { readonly todo: 'Wait' }
  /** Somebody else's; `holder` completes a sentence that starts with its kind and name. */
  | { readonly todo: 'Yield'; readonly holder: string };

/** Decides for one child. Nothing that is not this resource's own is ever changed or removed. */
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
  // Of a resource of the same name that was deleted: the garbage collector is on its way.
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
