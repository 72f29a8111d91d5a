import type { KubeObject } from './object.ts';

/**
 * Drops `metadata.managedFields`, often half of an object, which nobody here reads. Changes the object given.
 */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}

/** `namespace/name`, or the name alone of what lives in no namespace. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}
