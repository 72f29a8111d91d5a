import { startListWatch } from '../../kube/list-watch.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import { type ApiProblem, apiProblem } from './api-problem.ts';

export interface FollowOptions {
  readonly transport: Transport;
  /** Name of the collection for people, such as `Services`. */
  readonly what: string;
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Called when the objects have changed. */
  readonly onChange: () => void;
  /** Called with the problem if the collection cannot be followed, and with undefined once it can again. */
  readonly onProblem: (problem: ApiProblem | undefined) => void;
}

/** A collection of the API server as last seen. It is kept when the connection is lost. */
export interface FollowedCollection<T extends KubeObject> {
  /** Objects by `namespace/name`; undefined until the first list has arrived. */
  readonly objects: ReadonlyMap<string, T> | undefined;
  stop(): void;
}

/** Follows a collection until it is stopped. */
export const follow = <T extends KubeObject>(options: FollowOptions): FollowedCollection<T> => {
  let objects: Map<string, T> | undefined;
  let stopped = false;
  const watch = startListWatch<T>({
    transport: options.transport,
    path: options.path,
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
    onSync(listed) {
      if (stopped) return;
      objects = new Map(listed);
      options.onChange();
    },
    onChange(key, object, change) {
      if (stopped || objects === undefined) return;
      if (change === 'Deleted') objects.delete(key);
      else objects.set(key, object);
      options.onChange();
    },
    onState(state) {
      if (!stopped) options.onProblem(state.connected ? undefined : apiProblem(options.what, state.error));
    },
  });
  return {
    get objects() {
      return objects;
    },
    stop() {
      stopped = true;
      watch.stop();
    },
  };
};
