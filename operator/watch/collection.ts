import type { KubeObject } from '../../kube/object.ts';
import { controllerOf } from '../objects/controller-of.ts';

type Change = 'Added' | 'Modified' | 'Deleted';

/**
 * The objects of one kind as last received, indexed by `namespace/name` and by the uid of their controller.
 */
export class Collection<T extends KubeObject> {
  /** The list of each namespace that is followed separately; under `''` if one list holds all namespaces. */
  readonly #lists = new Map<string, ReadonlyMap<string, T>>();
  /** Keys by the uid of the object that controls them. */
  readonly #controlled = new Map<string, Set<string>>();
  /** The controller that each key is indexed under. */
  readonly #filedUnder = new Map<string, string>();

  get(key: string): T | undefined {
    const list = this.#lists.get('') ?? this.#lists.get(key.slice(0, key.indexOf('/')));
    return list?.get(key);
  }

  controlledBy(uid: string | undefined): readonly T[] {
    if (uid === undefined) return [];
    return [...(this.#controlled.get(uid) ?? [])].flatMap((key) => this.get(key) ?? []);
  }

  get size(): number {
    return [...this.#lists.values()].reduce((sum, { size }) => sum + size, 0);
  }

  *values(): Iterable<T> {
    for (const list of this.#lists.values()) yield* list.values();
  }

  /**
   * Replaces the list of one namespace, or (`''`) of all. The map still belongs to the watcher, which updates
   * it. Returns the objects that are gone.
   */
  replace(objects: ReadonlyMap<string, T>, namespace = ''): readonly T[] {
    const before = this.#lists.get(namespace) ?? new Map<string, T>();
    const gone = [...before].filter(([key]) => !objects.has(key)).map(([, object]) => object);
    this.#lists.set(namespace, objects);
    // Uses the index and not the previous list, because the watcher may have changed that list since.
    const isOfList = (key: string) => namespace === '' || key.startsWith(`${namespace}/`);
    for (const key of [...this.#filedUnder.keys()]) if (isOfList(key)) this.#unfile(key);
    for (const [key, object] of objects) this.#file(key, object);
    return gone;
  }

  /** Updates the index for one change of the watcher's map. */
  change(key: string, object: T, change: Change): void {
    this.#unfile(key);
    if (change !== 'Deleted') this.#file(key, object);
  }

  #file(key: string, object: T): void {
    const uid = controllerOf(object)?.uid;
    if (uid === undefined) return;
    const keys = this.#controlled.get(uid) ?? new Set();
    this.#controlled.set(uid, keys.add(key));
    this.#filedUnder.set(key, uid);
  }

  #unfile(key: string): void {
    const uid = this.#filedUnder.get(key);
    if (uid === undefined) return;
    this.#filedUnder.delete(key);
    const keys = this.#controlled.get(uid);
    keys?.delete(key);
    if (keys?.size === 0) this.#controlled.delete(uid);
  }
}
