import { startListWatch } from '../../kube/list-watch.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import { type ApiProblem, apiProblem } from './api-problem.ts';

export interface FollowOptions {
  readonly transport: Transport;
  /** Word for people, such as `Services`. */
  readonly what: string;
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Something is known that was not known before. */
  readonly onChange: () => void;
  /** Undefined once the connection is back. */
  readonly onProblem: (problem: ApiProblem | undefined) => void;
}

/** A collection of the API server as last seen; it outlives every loss of the connection. */
export interface Followed<T extends KubeObject> {
  /** By `namespace/name`; undefined until the first list has come. */
  readonly objects: ReadonlyMap<string, T> | undefined;
  stop(): void;
}

/** Starts to follow a collection, for ever, until stopped. */
export const follow = <T extends KubeObject>(options: FollowOptions): Followed<T> => {
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
