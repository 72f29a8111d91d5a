import type { Health } from '../../report/health.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { Engine } from '../engine/engine.ts';
import type { EndpointView } from '../table/endpoint-view.ts';
import type { Check } from './check/check.ts';
import type { CheckResult } from './check/result.ts';
import { type CheckSchedule, createSchedule, type ScheduleOptions } from './check-schedule.ts';
import { chooseEjections } from './ejection.ts';
import {
  type EndpointEvent,
  type EndpointState,
  NEW,
  nextState,
  reasonOf,
  serves,
  share,
  type Transition,
} from './state.ts';
import { type FollowedTarget, targetKey, targetsOf } from './targets.ts';

export interface MonitorOptions extends ScheduleOptions {
  readonly check: Check;
  /** Counts the failed attempts in a row, and resets the count. */
  readonly engine: Pick<Engine, 'failing' | 'forgetFailures'>;
  readonly onTransition: (target: FollowedTarget, transition: Transition) => void;
  /** Called when the view's results have changed; once for all simultaneous changes. */
  readonly onViewChanged: () => void;
  /** Called after each check, for metrics. */
  readonly onResult?: (target: FollowedTarget, result: CheckResult) => void;
}

/** The health of one endpoint, for display. */
export interface EndpointHealth {
  readonly health: Health;
  /** Why it gets no connections, or why its last check failed; empty if neither applies. */
  readonly reason: string;
  /** Milliseconds until its ejection ends; undefined if it is not ejected. */
  readonly ejectedForMs: number | undefined;
  /** Milliseconds since it came into its state: unknown, healthy, unhealthy, ejected or warming. */
  readonly forMs: number;
}

/**
 * Monitors the endpoints of backends with health checks, ejection or slow start. The view reports all other
 * endpoints as healthy with their full share.
 */
export interface HealthMonitor extends EndpointView {
  /** Monitors exactly the endpoints of `snapshot`. Those that were monitored before keep their state. */
  follow(snapshot: Snapshot): void;
  /** Undefined for an endpoint that is not monitored. */
  healthOf(backend: string, endpoint: string): EndpointHealth | undefined;
  /** Stops every check; nothing is monitored afterwards. */
  stop(): void;
}

interface Followed {
  target: FollowedTarget;
  state: EndpointState;
  /** Updated only by events, so that it changes only together with a new table. */
  share: number;
  /** When it came into its state. */
  since: number;
  stopChecks: () => void;
}

/**
 * How often failures are read, ejections end and shares grow. This limits how many tables result from the
 * passing of time.
 */
const POLL_MS = 100;

class Monitor implements HealthMonitor {
  #options: MonitorOptions;
  #schedule: CheckSchedule;
  #followed = new Map<string, Followed>();
  /** Endpoints whose state changes with time alone: ejected or in slow start. */
  #timed = new Set<Followed>();
  /** The lowest ejection threshold of any backend; Infinity if no backend ejects. */
  #lowestThreshold = Number.POSITIVE_INFINITY;
  #cancelPoll: (() => void) | undefined;
  #stopped = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#schedule = createSchedule(options);
  }

  follow(snapshot: Snapshot): void {
    if (this.#stopped) return;
    const targets = targetsOf(snapshot);
    const knownBackends = new Set([...this.#followed.values()].map(({ target }) => target.backend));
    for (const [key, one] of this.#followed)
      if (!targets.has(key)) {
        one.stopChecks();
        this.#timed.delete(one);
        this.#followed.delete(key);
      }
    for (const [key, target] of targets) {
      const known = this.#followed.get(key);
      if (known !== undefined) this.#updateTarget(known, target);
      else this.#startFollowing(key, target, knownBackends.has(target.backend));
    }
    this.#lowestThreshold = Number.POSITIVE_INFINITY;
    // Not Math.min(...all): the number of arguments is limited, and the number of endpoints is not.
    for (const { rules } of targets.values())
      this.#lowestThreshold = Math.min(
        this.#lowestThreshold,
        rules.ejection?.consecutiveFailures ?? Number.POSITIVE_INFINITY,
      );
    this.#schedulePoll();
  }

  isHealthy(backend: string, endpoint: string): boolean {
    const one = this.#followed.get(targetKey(backend, endpoint));
    return one === undefined || serves(one.state);
  }

  share(backend: string, endpoint: string): number {
    return this.#followed.get(targetKey(backend, endpoint))?.share ?? 1;
  }

  healthOf(backend: string, endpoint: string): EndpointHealth | undefined {
    const one = this.#followed.get(targetKey(backend, endpoint));
    if (one === undefined) return undefined;
    const { state, since } = one;
    const now = this.#options.now();
    return {
      health: state.checked.health,
      reason: reasonOf(state),
      ejectedForMs: state.ejection && Math.max(0, state.ejection.until - now),
      forMs: Math.max(0, now - since),
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
    // The state is kept: a proxy that is stopping still reports the health of its endpoints.
    for (const one of this.#followed.values()) one.stopChecks();
  }

  /**
   * Starts to monitor an endpoint. It is new if its backend already had endpoints. If the backend had none,
   * all of its endpoints are new, and none starts slowly.
   */
  #startFollowing(key: string, target: FollowedTarget, isNew: boolean): void {
    const one: Followed = {
      target,
      state: NEW,
      share: 1,
      since: this.#options.now(),
      stopChecks: () => {},
    };
    this.#followed.set(key, one);
    // It may have failed before, disappeared for a while, as an unready pod does, and kept its failure count.
    this.#options.engine.forgetFailures(target.backend, target.endpoint);
    if (isNew) this.#apply(one, { type: 'Appeared' });
    this.#startChecks(one);
  }

  #updateTarget(one: Followed, target: FollowedTarget): void {
    const before = one.target;
    one.target = target;
    const sameCheck = JSON.stringify(before.check) === JSON.stringify(target.check);
    const sameRules = JSON.stringify(before.rules) === JSON.stringify(target.rules);
    // The health is kept until the new check changes it.
    if (!sameCheck || !sameRules) this.#apply(one, { type: 'RulesChanged' });
    if (sameCheck) return;
    one.stopChecks();
    this.#startChecks(one);
  }

  #startChecks(one: Followed): void {
    const { check } = one.target;
    one.stopChecks =
      check === undefined
        ? () => {}
        : this.#schedule(check.intervalMs, async (signal) => {
            const startedAt = this.#options.now();
            const result = await this.#options.check(check.request, signal);
            if (signal.aborted) return;
            this.#options.onResult?.(one.target, result);
            if (this.#apply(one, { type: 'Checked', result, startedAt })) this.#options.onViewChanged();
          });
  }

  /** Applies an event to an endpoint; returns true if the view of the endpoint has changed. */
  #apply(one: Followed, event: EndpointEvent): boolean {
    const { target, state: before } = one;
    const now = this.#options.now();
    const { state, transition } = nextState(before, event, target.rules, now);
    const shareBefore = one.share;
    one.state = state;
    one.share = share(state, target.rules, now);
    if (state.ejection !== undefined || state.warmingSince !== undefined) this.#timed.add(one);
    else this.#timed.delete(one);
    // Attempts that failed before it served again must not eject it once more.
    if (serves(state) && !serves(before))
      this.#options.engine.forgetFailures(target.backend, target.endpoint);
    if (transition !== undefined) {
      one.since = now;
      this.#options.onTransition(target, transition);
    }
    this.#schedulePoll();
    return serves(state) !== serves(before) || one.share !== shareBefore;
  }

  /** Schedules the next poll if there is anything that only polling detects. */
  #schedulePoll(): void {
    const needed = this.#timed.size > 0 || this.#lowestThreshold !== Number.POSITIVE_INFINITY;
    if (this.#stopped || !needed || this.#cancelPoll !== undefined) return;
    this.#cancelPoll = this.#options.after(POLL_MS, () => {
      this.#cancelPoll = undefined;
      this.#poll();
      this.#schedulePoll();
    });
  }

  #poll(): void {
    let changed = false;
    const now = this.#options.now();
    for (const one of [...this.#timed])
      if ((one.state.ejection?.until ?? now) <= now)
        changed = this.#apply(one, { type: 'TimePassed' }) || changed;
    if (this.#lowestThreshold !== Number.POSITIVE_INFINITY) changed = this.#eject() || changed;
    if (changed) this.#options.onViewChanged();
  }

  #eject(): boolean {
    const byBackend = new Map<string, { readonly one: Followed; readonly inARow: number }[]>();
    for (const { backend, endpoint, inARow } of this.#options.engine.failing(this.#lowestThreshold)) {
      const one = this.#followed.get(targetKey(backend, endpoint));
      const { consecutiveFailures = Number.POSITIVE_INFINITY } = one?.target.rules.ejection ?? {};
      if (!one?.target.hasWeight || !serves(one.state) || inARow < consecutiveFailures) continue;
      const others = byBackend.get(backend);
      if (others === undefined) byBackend.set(backend, [{ one, inARow }]);
      else others.push({ one, inARow });
    }
    let changed = false;
    for (const [backend, failing] of byBackend) {
      const all = [...this.#followed.values()].filter(
        ({ target }) => target.backend === backend && target.hasWeight,
      );
      const chosen = chooseEjections(failing, {
        endpoints: all.length,
        ejected: all.filter(({ state }) => state.ejection !== undefined).length,
        maxPercent: failing[0]?.one.target.maxEjectionPercent ?? 0,
      });
      for (const { one, inARow } of chosen)
        changed = this.#apply(one, { type: 'Failing', inARow }) || changed;
    }
    return changed;
  }
}

/** Creates a monitor without endpoints. */
export const startMonitor = (options: MonitorOptions): HealthMonitor => new Monitor(options);
