import { type ChildSuffix, childName } from '../../crds/child-name.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import { childLabels, type Labels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';

export interface ChildMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly ownerReferences: readonly [OwnerReference];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: false;
}

/**
 * Metadata of every child: one name for all kinds, and the owner, so that they are garbage-collected with it.
 */
export const childMetadata = (owner: Owner, suffix?: ChildSuffix): ChildMetadata => ({
  name: childName(owner.name, suffix),
  namespace: owner.namespace,
  labels: childLabels(owner.name),
  ownerReferences: [
    {
      apiVersion: API_VERSION,
      kind: KIND,
      name: owner.name,
      uid: owner.uid,
      controller: true,
      // True would require permission to update finalizers of the users' resources.
      blockOwnerDeletion: false,
    },
  ],
});
