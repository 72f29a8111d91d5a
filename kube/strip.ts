import type { KubeObject } from './object.ts';

/**
 * Deletes `metadata.managedFields`, often half of an object, which this project does not use. Changes its
 * argument.
 */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}

/** `namespace/name`, or only the name of a cluster-scoped object. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}
