import type { KubeObject } from '../../kube/object.ts';

/** The owner that is marked as the controller. */
export const controllerOf = (object: KubeObject) =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true);
