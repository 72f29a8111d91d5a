import type { KubeObject } from '../../kube/object.ts';
import type { ApiProblem } from './api-problem.ts';
import { type FollowedCollection, type FollowOptions, follow } from './follow-collection.ts';
import type { NameFollower } from './with-named.ts';

/** How to follow a collection, except for its selectors. */
export type Following = (
  what: string,
  path: string,
) => Omit<FollowOptions, 'fieldSelector' | 'labelSelector'>;

export interface NamedObjectsOptions<T extends KubeObject> {
  readonly namespace: string;
  /** Such as `ConfigMap`, and as it is in paths, such as `configmaps`. */
  readonly kind: string;
  readonly plural: string;
  readonly following: Following;
  /** Called with what is there now: undefined if there is no such object. */
  readonly onObject: (name: string, object: T | undefined) => void;
  /** Called when an object is not followed any more. */
  readonly onLeft: (name: string) => void;
  /** Called when an object can be followed no more, or again. */
  readonly onChange: () => void;
}

/** Follows objects of one kind and namespace, each by its name: a Role can name them one by one. */
export const followNamed = <T extends KubeObject>({
  namespace,
  kind,
  plural,
  following,
  onObject,
  onLeft,
  onChange,
}: NamedObjectsOptions<T>): NameFollower => {
  const followed = new Map<string, FollowedCollection<T>>();
  const problems = new Map<string, ApiProblem>();

  const start = (name: string): FollowedCollection<T> => {
    const options = following(`${kind} ${name}`, `/api/v1/namespaces/${namespace}/${plural}`);
    const collection = follow<T>({
      ...options,
      fieldSelector: `metadata.name=${name}`,
      onChange: () => onObject(name, collection.objects?.get(`${namespace}/${name}`)),
      onProblem(problem) {
        const failed = problems.has(name);
        if (problem === undefined) problems.delete(name);
        else problems.set(name, problem);
        options.onProblem(problem);
        if (failed !== problems.has(name)) onChange();
      },
    });
    return collection;
  };

  return {
    setNames(names) {
      const wanted = new Set(names);
      for (const [name, collection] of followed) {
        if (wanted.has(name)) continue;
        collection.stop();
        followed.delete(name);
        if (problems.delete(name)) following(`${kind} ${name}`, '').onProblem(undefined);
        onLeft(name);
      }
      for (const name of wanted) if (!followed.has(name)) followed.set(name, start(name));
    },
    fails: (name) => problems.has(name),
    stop() {
      for (const collection of followed.values()) collection.stop();
    },
  };
};
