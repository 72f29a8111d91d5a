import { EventEmitter, once } from 'node:events';
import { realClock } from '../../kube/clock.ts';
import {
  LIMITS,
  type ListWatch,
  type ListWatchDeps,
  type ListWatchOptions,
  type ListWatchState,
  startListWatch,
} from '../../kube/list-watch.ts';
import type { KubeObject } from '../../kube/object.ts';

/** A list+watch that records its callbacks, and lets a test wait for a condition. */
export class WatchRecorder<T extends KubeObject = KubeObject> {
  readonly changes: string[] = [];
  readonly states: ListWatchState[] = [];
  /** The current state of a follower: the last list and the changes since. */
  objects: Map<string, T> = new Map();
  syncs = 0;
  /** Number of differences in each list that no event had reported. */
  readonly missed: number[] = [];
  readonly watch: ListWatch;
  readonly #callbacks = new EventEmitter();

  constructor(
    options: Omit<ListWatchOptions<T>, 'onSync' | 'onChange' | 'onState'>,
    deps: ListWatchDeps = quickDeps(),
  ) {
    this.watch = startListWatch<T>(
      {
        ...options,
        onSync: (objects, missed) => {
          this.syncs++;
          this.missed.push(missed);
          this.objects = new Map(objects);
          this.#callbacks.emit('callback');
        },
        onChange: (key, object, change) => {
          this.changes.push(`${change} ${key}`);
          if (change === 'Deleted') this.objects.delete(key);
          else this.objects.set(key, object);
          this.#callbacks.emit('callback');
        },
        onState: (state) => {
          this.states.push(state);
          this.#callbacks.emit('callback');
        },
      },
      deps,
    );
  }

  get connected(): boolean {
    return this.states.at(-1)?.connected === true;
  }

  /** Errors reported so far, as `code: message`. */
  get errors(): string[] {
    return this.states.flatMap((state) => {
      if (state.connected) return [];
      const { code } = state.error as { code?: string };
      return [`${code}: ${state.error.message}`];
    });
  }

  /** Resolves as soon as the condition holds; fails after 60 s with the current state. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const tooLate = AbortSignal.timeout(60_000);
    while (!condition()) {
      try {
        await once(this.#callbacks, 'callback', { signal: tooLate });
      } catch (cause) {
        const known = { changes: this.changes.slice(-5), syncs: this.syncs, errors: this.errors.slice(-5) };
        throw new Error(`never happened: ${what}; known: ${JSON.stringify(known)}`, { cause });
      }
    }
  }
}

/** The real clock, with backoffs short enough for a test. */
export function quickDeps(limits: Partial<typeof LIMITS> = {}): ListWatchDeps {
  return {
    clock: realClock,
    random: Math.random,
    limits: { ...LIMITS, backoff: { firstMs: 20, longestMs: 500 }, ...limits },
  };
}
