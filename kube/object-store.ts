import type { KubeObject } from './object.ts';
import { keyOf } from './strip.ts';

export interface ObjectChange<T> {
  readonly key: string;
  readonly object: T;
  readonly change: 'Added' | 'Modified' | 'Deleted';
}

/** The last known objects of a collection. */
export class ObjectStore<T extends KubeObject> {
  objects: Map<string, T> = new Map();

  /** Takes over the map. Returns the number of objects that are new, changed or gone. */
  replace(objects: Map<string, T>): number {
    const before = this.objects;
    this.objects = objects;
    let differences = 0;
    for (const [key, object] of objects) {
      const known = before.get(key);
      if (known === undefined || !isSameVersion(known, object)) differences++;
    }
    for (const key of before.keys()) if (!objects.has(key)) differences++;
    return differences;
  }

  /** Returns undefined if exactly this version is already known. */
  put(object: T): ObjectChange<T> | undefined {
    const key = keyOf(object);
    const before = this.objects.get(key);
    if (before !== undefined && isSameVersion(before, object)) return undefined;
    this.objects.set(key, object);
    return { key, object, change: before === undefined ? 'Added' : 'Modified' };
  }

  /**
   * Returns undefined if the object is not known. The object in the result is its last state, as sent by the
   * server.
   */
  remove(object: T): ObjectChange<T> | undefined {
    const key = keyOf(object);
    return this.objects.delete(key) ? { key, object, change: 'Deleted' } : undefined;
  }
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid;
}
