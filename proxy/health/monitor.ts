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
  /** Knows how many attempts in a row failed, and starts the count anew. */
  readonly engine: Pick<Engine, 'failing' | 'forgetFailures'>;
  readonly onTransition: (target: FollowedTarget, transition: Transition) => void;
  /** Called when the view answers something else than before; once for all that changed at the same time. */
  readonly onViewChanged: () => void;
  /** Called after each check, for counting. */
  readonly onResult?: (target: FollowedTarget, result: CheckResult) => void;
}

/** What is known of one endpoint, for people. */
export interface EndpointHealth {
  readonly health: Health;
  /** Why it is out, or why its last check failed; empty when all is well. */
  readonly reason: string;
  /** Milliseconds until it comes back by itself; undefined when it is not ejected. */
  readonly ejectedForMs: number | undefined;
}

/** Follows the endpoints that are checked, ejected or started slowly. Of others the view says that they serve with their full share. */
export interface HealthMonitor extends EndpointView {
  /** Follows exactly the endpoints of `snapshot`; what is known of those that stay stays. */
  follow(snapshot: Snapshot): void;
  /** Undefined for an endpoint that is not followed. */
  healthOf(backend: string, endpoint: string): EndpointHealth | undefined;
  /** Ends every check; nothing is followed afterwards. */
  stop(): void;
}

interface Followed {
  target: FollowedTarget;
  state: EndpointState;
  /** As of the last look, so that it changes only when a table is made for it. */
  share: number;
  stopChecks: () => void;
}

/** How often failures are read, ejections end and shares grow: no more tables than that follow from time alone. */
const LOOK_MS = 100;

class Monitor implements HealthMonitor {
  #options: MonitorOptions;
  #schedule: CheckSchedule;
  #followed = new Map<string, Followed>();
  /** Those that time alone will change: ejected or warming. */
  #timed = new Set<Followed>();
  /** Fewest failures in a row that any backend ejects for; Infinity where none does. */
  #fewestFailures = Number.POSITIVE_INFINITY;
  #cancelLook: (() => void) | undefined;
  #stopped = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#schedule = createSchedule(options);
  }

  follow(snapshot: Snapshot): void {
    if (this.#stopped) return;
    const targets = targetsOf(snapshot);
    const served = new Set([...this.#followed.values()].map(({ target }) => target.backend));
    for (const [key, one] of this.#followed)
      if (!targets.has(key)) {
        one.stopChecks();
        this.#timed.delete(one);
        this.#followed.delete(key);
      }
    for (const [key, target] of targets) {
      const known = this.#followed.get(key);
      if (known !== undefined) this.#retarget(known, target);
      else this.#begin(key, target, served.has(target.backend));
    }
    this.#fewestFailures = Number.POSITIVE_INFINITY;
    // Not as the arguments of one call, which are limited; endpoints are not.
    for (const { rules } of targets.values())
      this.#fewestFailures = Math.min(
        this.#fewestFailures,
        rules.ejection?.consecutiveFailures ?? Number.POSITIVE_INFINITY,
      );
    this.#lookLater();
  }

  isHealthy(backend: string, endpoint: string): boolean {
    const one = this.#followed.get(targetKey(backend, endpoint));
    return one === undefined || serves(one.state);
  }

  share(backend: string, endpoint: string): number {
    return this.#followed.get(targetKey(backend, endpoint))?.share ?? 1;
  }

  healthOf(backend: string, endpoint: string): EndpointHealth | undefined {
    const state = this.#followed.get(targetKey(backend, endpoint))?.state;
    if (state === undefined) return undefined;
    const left = state.ejection && Math.max(0, state.ejection.until - this.#options.now());
    return { health: state.verdict.health, reason: reasonOf(state), ejectedForMs: left };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
    // What was found stays: a proxy that stops still says how its endpoints stand.
    for (const one of this.#followed.values()) one.stopChecks();
  }

  /** Begins to follow an endpoint. Where its backend had endpoints already it is new; where it had none, all are, and none needs to start slowly. */
  #begin(key: string, target: FollowedTarget, isNew: boolean): void {
    const one: Followed = { target, state: NEW, share: 1, stopChecks: () => {} };
    this.#followed.set(key, one);
    // It may have failed before, left for a while, as pods do that are not ready, and kept its count.
    this.#options.engine.forgetFailures(target.backend, target.endpoint);
    if (isNew) this.#apply(one, { type: 'Appeared' });
    this.#startChecks(one);
  }

  #retarget(one: Followed, target: FollowedTarget): void {
    const before = one.target;
    one.target = target;
    const sameCheck = JSON.stringify(before.check) === JSON.stringify(target.check);
    const sameRules = JSON.stringify(before.rules) === JSON.stringify(target.rules);
    // Its verdict stands until the new check says otherwise.
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
            const begunAt = this.#options.now();
            const result = await this.#options.check(check.request, signal);
            if (signal.aborted) return;
            this.#options.onResult?.(one.target, result);
            if (this.#apply(one, { type: 'Checked', result, begunAt })) this.#options.onViewChanged();
          });
  }

  /** Lets an event happen to an endpoint; answers whether the view of it has changed. */
  #apply(one: Followed, event: EndpointEvent): boolean {
    const { target, state: before } = one;
    const now = this.#options.now();
    const { state, transition } = nextState(before, event, target.rules, now);
    const shareBefore = one.share;
    one.state = state;
    one.share = share(state, target.rules, now);
    if (state.ejection !== undefined || state.warmingSince !== undefined) this.#timed.add(one);
    else this.#timed.delete(one);
    // Attempts that failed before it came back shall not take it out again.
    if (serves(state) && !serves(before))
      this.#options.engine.forgetFailures(target.backend, target.endpoint);
    if (transition !== undefined) this.#options.onTransition(target, transition);
    this.#lookLater();
    return serves(state) !== serves(before) || one.share !== shareBefore;
  }

  /** Looks again, as long as there is something that only looking finds. */
  #lookLater(): void {
    const needed = this.#timed.size > 0 || this.#fewestFailures !== Number.POSITIVE_INFINITY;
    if (this.#stopped || !needed || this.#cancelLook !== undefined) return;
    this.#cancelLook = this.#options.after(LOOK_MS, () => {
      this.#cancelLook = undefined;
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    let changed = false;
    const now = this.#options.now();
    for (const one of [...this.#timed])
      if ((one.state.ejection?.until ?? now) <= now)
        changed = this.#apply(one, { type: 'TimePassed' }) || changed;
    if (this.#fewestFailures !== Number.POSITIVE_INFINITY) changed = this.#eject() || changed;
    if (changed) this.#options.onViewChanged();
  }

  #eject(): boolean {
    const byBackend = new Map<string, { readonly one: Followed; readonly inARow: number }[]>();
    for (const { backend, endpoint, inARow } of this.#options.engine.failing(this.#fewestFailures)) {
      const one = this.#followed.get(targetKey(backend, endpoint));
      const { consecutiveFailures = Number.POSITIVE_INFINITY } = one?.target.rules.ejection ?? {};
      if (!one?.target.weighs || !serves(one.state) || inARow < consecutiveFailures) continue;
      const others = byBackend.get(backend);
      if (others === undefined) byBackend.set(backend, [{ one, inARow }]);
      else others.push({ one, inARow });
    }
    let changed = false;
    for (const [backend, failing] of byBackend) {
      const all = [...this.#followed.values()].filter(
        ({ target }) => target.backend === backend && target.weighs,
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

/** Starts with nothing to follow. */
export const startMonitor = (options: MonitorOptions): HealthMonitor => new Monitor(options);
