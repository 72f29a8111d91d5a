import type { KubeObject } from './object.ts';
import type { Transport } from './transport.ts';

export interface ListWatchOptions<T extends KubeObject> {
  readonly transport: Transport;
  /** Collection path such as `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Called with the complete list after each (re)list. The map is keyed `namespace/name` and owned by the watcher. */
  readonly onSync: (objects: ReadonlyMap<string, T>) => void;
  /** Called for each change after a list; `object` is the last known state when deleted. */
  readonly onChange: (key: string, object: T, change: 'Added' | 'Modified' | 'Deleted') => void;
  /** Called when the watch is lost and when it is back; the error says why it was lost. */
  readonly onState?: (state: ListWatchState) => void;
}

export type ListWatchState =
  | { readonly connected: true }
  | { readonly connected: false; readonly error: Error; readonly retryInMs: number };

/** A running list+watch: reconnects for ever with backoff, relists on 410, until `stop`. */
export interface ListWatch {
  stop(): void;
  /** Milliseconds since the server was last heard (an event, a bookmark or a list). */
  silentMs(): number;
}

// startListWatch<T>(options: ListWatchOptions<T>): ListWatch — implemented by the owner of kube/
export declare function startListWatch<T extends KubeObject>(options: ListWatchOptions<T>): ListWatch;
