import type { EndpointSlice } from '../../kube/endpoint-slice.ts';
import { type Followed, type FollowOptions, follow } from './follow-collection.ts';

/** The EndpointSlices of a set of Services that changes. */
export interface SliceFollower {
  /** Follows the slices of these Services, in any order; nothing happens when they are followed already. */
  want(services: readonly string[]): void;
  /**
   * What is known of exactly the Services last wanted; undefined until their first list has come. Until then the caller keeps what it
   * had: so there is no moment in which a Service seems to have no endpoints.
   */
  readonly wanted: ReadonlyMap<string, EndpointSlice> | undefined;
  /** What is known of the Services followed before, kept current until `wanted` is there. */
  readonly before: ReadonlyMap<string, EndpointSlice> | undefined;
  stop(): void;
}

const NONE: ReadonlyMap<string, EndpointSlice> = new Map();

/** Starts with no Service. `options` without the selector. */
export const followSlices = (
  options: Omit<FollowOptions, 'labelSelector' | 'fieldSelector'>,
): SliceFollower => {
  let names: string | undefined;
  let current: Followed<EndpointSlice> | undefined;
  let previous: Followed<EndpointSlice> | undefined;

  /** Only the newest tells its problems: nobody would take back what an older one told. */
  let reporting: object | undefined;
  const start = (selector: string): Followed<EndpointSlice> => {
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
    want(services) {
      const list = [...new Set(services)].sort().join(',');
      if (list === names) return;
      names = list;
      // Of two changes in a row the middle one is of no use; what was complete last stays until the newest is.
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
    get wanted() {
      return names === '' ? NONE : current?.objects;
    },
    get before() {
      return previous?.objects;
    },
    stop() {
      current?.stop();
      previous?.stop();
    },
  };
};
