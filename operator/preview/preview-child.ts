import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Owner } from '../objects/owner.ts';
import { replicasToHandOver } from '../reconcile/hand-over-replicas.ts';
import { planChild } from '../reconcile/plan-child.ts';
import { differences } from './differences.ts';
import { removals } from './removals.ts';

/** What would be done to one child. */
export type ChildPreview =
  | { readonly would: 'Nothing' }
  | { readonly would: 'Create' | 'Remove' | 'Wait' }
  | { readonly would: 'Change'; readonly what: readonly string[] }
  /** It belongs to another owner; `holder` completes a sentence that starts with its kind and name. */
  | { readonly would: 'LeaveAlone'; readonly holder: string };

/**
 * `live` is the object with the child's name, whoever owns it, with its managedFields; undefined if there is
 * none.
 */
export const previewChild = (
  owner: Owner,
  wanted: Manifest | undefined,
  live: KubeObject | undefined,
  fieldManager: string,
): ChildPreview => {
  const plan = planChild({ owner, wanted, live, confirmed: undefined });
  switch (plan.action) {
    case 'Nothing':
      return { would: 'Nothing' };
    case 'Create':
      return { would: 'Create' };
    case 'Remove':
      return { would: 'Remove' };
    case 'Wait':
      return { would: 'Wait' };
    case 'LeaveAlone':
      return { would: 'LeaveAlone', holder: plan.holder };
    case 'Apply': {
      const what = changes(live, wanted, fieldManager);
      return what.length === 0 ? { would: 'Nothing' } : { would: 'Change', what };
    }
    default:
      return plan satisfies never;
  }
};

const changes = (
  live: KubeObject | undefined,
  wanted: Manifest | undefined,
  fieldManager: string,
): readonly string[] => {
  if (live === undefined) return [];
  const replicas = replicasToHandOver(live, wanted, fieldManager);
  const asSent =
    replicas === undefined
      ? wanted
      : { ...wanted, spec: { ...(wanted as { readonly spec?: object } | undefined)?.spec, replicas } };
  return [...differences(live, asSent), ...removals(live, asSent, fieldManager)];
};
