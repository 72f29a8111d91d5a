import type { Snapshot } from '../table/snapshot.ts';
import type { Check } from './check.ts';
import {
  type CheckResult,
  type Health,
  type HealthState,
  nextHealth,
  type Transition,
  UNKNOWN,
} from './state.ts';
import { type CheckedTarget, targetKey, targetsOf } from './targets.ts';

export interface MonitorOptions {
  readonly check: Check;
  /** Calls `run` once after `ms` milliseconds, unless the answer is called before. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Checks made at one time; further ones wait their turn. */
  readonly concurrency: number;
  readonly onTransition: (target: CheckedTarget, transition: Transition) => void;
  /** Called when `isHealthy` answers something else than before for an endpoint: not when a first check finds it healthy. */
  readonly onHealthyChanged?: () => void;
  /** Called after each check, for counting. */
  readonly onResult?: (target: CheckedTarget, result: CheckResult) => void;
}

/** Follows the health of the endpoints that have checks. */
export interface HealthMonitor {
  /** Starts, keeps and stops checks, so that exactly the endpoints of `snapshot` are checked; known verdicts stay. */
  follow(snapshot: Snapshot): void;
  /** False only for an endpoint whose checks say Unhealthy. */
  isHealthy(backend: string, endpoint: string): boolean;
  /** Undefined for an endpoint that is not checked. */
  healthOf(
    backend: string,
    endpoint: string,
  ): { readonly health: Health; readonly reason: string } | undefined;
  /** Ends every check; nothing is followed afterwards. */
  stop(): void;
}

interface Watched {
  readonly target: CheckedTarget;
  state: HealthState;
  readonly stop: AbortController;
  cancelTimer: () => void;
}

/** Starts with nothing to check. */
export const startMonitor = (options: MonitorOptions): HealthMonitor => {
  const watched = new Map<string, Watched>();
  const waiting: Watched[] = [];
  let running = 0;
  let stopped = false;

  const begin = (target: CheckedTarget, state = UNKNOWN): Watched => {
    const one: Watched = { target, state, stop: new AbortController(), cancelTimer: () => {} };
    // Starts are spread over one interval, so that the checks of many endpoints never come as one burst.
    schedule(one, options.random() * Math.min(target.intervalMs, FIRST_WITHIN_MS));
    return one;
  };

  const schedule = (one: Watched, ms: number): void => {
    one.cancelTimer = options.after(ms, () => {
      waiting.push(one);
      startWaiting();
    });
  };

  const startWaiting = (): void => {
    while (running < options.concurrency) {
      const one = waiting.shift();
      if (one === undefined) return;
      if (one.stop.signal.aborted) continue;
      running += 1;
      void run(one).finally(() => {
        running -= 1;
        startWaiting();
      });
    }
  };

  const run = async (one: Watched): Promise<void> => {
    const { target } = one;
    const result = await options.check(target.request, one.stop.signal);
    if (one.stop.signal.aborted) return;
    const { state, transition } = nextHealth(one.state, result, target.thresholds);
    one.state = state;
    options.onResult?.(target, result);
    if (transition !== undefined) {
      options.onTransition(target, transition);
      if (counts(transition.from) !== counts(transition.to)) options.onHealthyChanged?.();
    }
    // A little jitter keeps checks that fell together from staying together.
    schedule(one, target.intervalMs * (0.95 + 0.1 * options.random()));
  };

  const end = (one: Watched): void => {
    one.stop.abort();
    one.cancelTimer();
  };

  return {
    follow(snapshot) {
      if (stopped) return;
      const targets = targetsOf(snapshot);
      for (const [key, one] of watched)
        if (!targets.has(key)) {
          end(one);
          watched.delete(key);
        }
      for (const [key, target] of targets) {
        const known = watched.get(key);
        if (known === undefined) watched.set(key, begin(target));
        else if (JSON.stringify(known.target) !== JSON.stringify(target)) {
          // Another check of the same endpoint: its verdict stands until the new check says otherwise.
          end(known);
          watched.set(key, begin(target, { ...known.state, against: 0 }));
        }
      }
    },
    isHealthy: (backend, endpoint) => counts(watched.get(targetKey(backend, endpoint))?.state.health),
    healthOf(backend, endpoint) {
      const state = watched.get(targetKey(backend, endpoint))?.state;
      return state === undefined ? undefined : { health: state.health, reason: state.reason };
    },
    stop() {
      stopped = true;
      for (const one of watched.values()) end(one);
      watched.clear();
    },
  };
};

/** Whether an endpoint with that verdict counts as healthy. */
const counts = (health: Health | undefined): boolean => health !== 'Unhealthy';

/** A first check comes at the latest after this many milliseconds, however long the interval is. */
const FIRST_WITHIN_MS = 5_000;
