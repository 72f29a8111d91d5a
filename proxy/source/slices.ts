import type { EndpointSlice } from '../../kube/endpoint-slice.ts';
import { type FollowedCollection, type FollowOptions, follow } from './follow-collection.ts';

/** Follows the EndpointSlices of a changing set of Services. */
export interface SliceFollower {
  /** Follows the slices of these Services, in any order. Does nothing if they are followed already. */
  setServices(services: readonly string[]): void;
  /**
   * The slices of exactly the current Services; undefined until their first list has arrived. Until then the
   * caller keeps the previous state, so that no Service ever seems to have no endpoints.
   */
  readonly current: ReadonlyMap<string, EndpointSlice> | undefined;
  /** The slices of the previous Services, kept up to date until `current` is available. */
  readonly previous: ReadonlyMap<string, EndpointSlice> | undefined;
  stop(): void;
}

const NONE: ReadonlyMap<string, EndpointSlice> = new Map();

/** Starts without Services. `options` have no selector. */
export const followSlices = (
  options: Omit<FollowOptions, 'labelSelector' | 'fieldSelector'>,
): SliceFollower => {
  let names: string | undefined;
  let current: FollowedCollection<EndpointSlice> | undefined;
  let previous: FollowedCollection<EndpointSlice> | undefined;

  /** Only the newest collection reports problems: nothing would withdraw those of an older one. */
  let reporting: object | undefined;
  const start = (selector: string): FollowedCollection<EndpointSlice> => {
    const self = {};
    reporting = self;
    return follow<EndpointSlice>({
      ...options,
      onProblem: (problem) => {
        if (reporting === self) options.onProblem(problem);
      },
      labelSelector: selector,
      onChange: () => {
        if (current?.objects !== undefined) {
          previous?.stop();
          previous = undefined;
        }
        options.onChange();
      },
    });
  };

  return {
    setServices(services) {
      const list = [...new Set(services)].sort().join(',');
      if (list === names) return;
      names = list;
      // If the Services change twice in a row, the middle set is skipped; the last complete set is kept until
      // the newest one is available.
      if (previous === undefined && current?.objects !== undefined) previous = current;
      else current?.stop();
      if (list !== '') {
        current = undefined;
        current = start(`kubernetes.io/service-name in (${list})`);
        return;
      }
      reporting = undefined;
      options.onProblem(undefined);
      previous?.stop();
      previous = undefined;
      current = undefined;
    },
    get current() {
      return names === '' ? NONE : current?.objects;
    },
    get previous() {
      return previous?.objects;
    },
    stop() {
      current?.stop();
      previous?.stop();
    },
  };
};
