import type { KubeObject } from '../../kube/object.ts';

/** The one owner that says it is the controller. */
export const controllerOf = (object: KubeObject) =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true);
