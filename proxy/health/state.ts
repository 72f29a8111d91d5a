import type { Health } from '../../report/health.ts';
import type { Thresholds } from '../configuration/health-policy.ts';
import type { CheckFailure, CheckResult } from './check/result.ts';
import { type CheckedHealth, nextHealth, UNKNOWN } from './checked-health.ts';
import { type Ejection, type EjectionRecord, NO_RECORD, nextEjectionCount } from './ejection.ts';
import { shareOf } from './slow-start.ts';

/** The state of one endpoint: the result of its checks, its ejection, and its slow start. */
export interface EndpointState {
  readonly checked: CheckedHealth;
  readonly ejection: Ejection | undefined;
  readonly record: EjectionRecord;
  /** When its slow start began; undefined if it takes its full share or takes no connections. */
  readonly warmingSince: number | undefined;
}

/** The settings of its backend. */
export interface EndpointRules {
  /** Undefined if the backend has no health check. */
  readonly thresholds: Thresholds | undefined;
  /** Undefined if the backend ejects no endpoints. */
  readonly ejection: { readonly consecutiveFailures: number; readonly timeMs: number } | undefined;
  /** 0 for no slow start. */
  readonly slowStartMs: number;
}

export type EndpointEvent =
  /** It is new, and its backend already had endpoints. */
  | { readonly type: 'Appeared' }
  /** A check that began at `startedAt` has ended. */
  | { readonly type: 'Checked'; readonly result: CheckResult; readonly startedAt: number }
  /** Attempts to connect fail, and the backend may eject one more endpoint. */
  | { readonly type: 'Failing'; readonly inARow: number }
  | { readonly type: 'TimePassed' }
  /** The settings of its backend have changed. */
  | { readonly type: 'RulesChanged' };

/**
 * The state in one word: the first of Unhealthy, Ejected and Warming that applies, otherwise the result of
 * the checks.
 */
export type StateName = Health | 'Ejected' | 'Warming';

/** What caused a change, from a small set of words: it becomes a label of a metric. */
export type Cause =
  | 'New'
  | 'CheckPassed'
  | Exclude<CheckFailure, 'Local'>
  | 'ConnectFailures'
  | 'EjectionOver'
  | 'SlowStartOver'
  | 'RulesChanged';

export interface Transition {
  readonly from: StateName;
  readonly to: StateName;
  readonly cause: Cause;
  /** Why the endpoint takes no connections, for people; empty if it does. */
  readonly reason: string;
}

export const NEW: EndpointState = {
  checked: UNKNOWN,
  ejection: undefined,
  record: NO_RECORD,
  warmingSince: undefined,
};

/** Returns true if the endpoint may take new connections. */
export const serves = ({ checked, ejection }: EndpointState): boolean =>
  checked.health !== 'Unhealthy' && ejection === undefined;

export const stateName = (state: EndpointState): StateName => {
  if (state.checked.health === 'Unhealthy') return 'Unhealthy';
  if (state.ejection !== undefined) return 'Ejected';
  return state.warmingSince === undefined ? state.checked.health : 'Warming';
};

/** The share of its weight that the endpoint gets. */
export const share = ({ warmingSince }: EndpointState, rules: EndpointRules, now: number): number =>
  warmingSince === undefined ? 1 : shareOf(warmingSince, rules.slowStartMs, now);

/** Why it takes no connections, or why its last check failed; empty if neither applies. */
export const reasonOf = ({ checked, ejection }: EndpointState): string =>
  checked.health !== 'Unhealthy' && ejection !== undefined
    ? `${ejection.failures} attempts to connect failed in a row`
    : checked.reason;

/**
 * The state after an event at `now`, and the change of its name, if any. All times are milliseconds of the
 * same clock.
 */
export const nextState = (
  before: EndpointState,
  event: EndpointEvent,
  rules: EndpointRules,
  now: number,
): { readonly state: EndpointState; readonly transition?: Transition } => {
  const state = updateWarming(before, applyEvent(before, event, rules, now), rules, now);
  const [from, to] = [stateName(before), stateName(state)];
  if (from === to) return { state };
  const reason = serves(state) ? '' : reasonOf(state);
  return { state, transition: { from, to, cause: causeOf(event, before, state), reason } };
};

/** An endpoint that serves again starts slowly; one that does not serve is not warming. */
const updateWarming = (
  before: EndpointState,
  state: EndpointState,
  rules: EndpointRules,
  now: number,
): EndpointState => {
  if (!serves(state)) return { ...state, warmingSince: undefined };
  return serves(before) || rules.slowStartMs <= 0 ? state : { ...state, warmingSince: now };
};

const applyEvent = (
  state: EndpointState,
  event: EndpointEvent,
  rules: EndpointRules,
  now: number,
): EndpointState => {
  switch (event.type) {
    case 'Appeared':
      return rules.slowStartMs > 0 ? { ...state, warmingSince: now } : state;
    case 'Checked':
      return rules.thresholds === undefined ? state : applyCheck(state, event, rules.thresholds, now);
    case 'Failing':
      // If checks took it out, connections are attempted only because no other endpoint is left: their
      // failures say nothing new.
      return rules.ejection === undefined || !serves(state)
        ? state
        : eject(state, event.inARow, rules.ejection, now);
    case 'TimePassed':
      return applyTime(state, rules, now);
    case 'RulesChanged':
      return {
        ...(rules.ejection === undefined ? endEjection(state, now) : shortenEjection(state, rules.ejection)),
        checked: rules.thresholds === undefined ? UNKNOWN : { ...state.checked, against: 0 },
        warmingSince: rules.slowStartMs > 0 ? state.warmingSince : undefined,
      };
    default:
      return event satisfies never;
  }
};

/**
 * Successful checks end an ejection early, since they make the kind of connection that failed. It takes as
 * many in a row as an unhealthy endpoint needs to become healthy. A check that began before the ejection
 * proves nothing.
 */
const applyCheck = (
  state: EndpointState,
  { result, startedAt }: Extract<EndpointEvent, { readonly type: 'Checked' }>,
  thresholds: Thresholds,
  now: number,
): EndpointState => {
  if (!result.ok && result.failure === 'Local') return state;
  const next = { ...state, checked: nextHealth(state.checked, result, thresholds) };
  const { ejection } = next;
  if (ejection === undefined || startedAt < ejection.since) return next;
  const passed = result.ok ? ejection.passed + 1 : 0;
  return passed >= thresholds.healthyThreshold
    ? endEjection(next, now)
    : { ...next, ejection: { ...ejection, passed } };
};

const eject = (
  state: EndpointState,
  failures: number,
  { timeMs }: NonNullable<EndpointRules['ejection']>,
  now: number,
): EndpointState => {
  const count = nextEjectionCount(state.record, timeMs, now);
  return {
    ...state,
    ejection: { since: now, until: now + timeMs * count, passed: 0, failures },
    record: { ...state.record, count },
  };
};

/** Limits a running ejection to what the new rules allow. */
const shortenEjection = (
  state: EndpointState,
  { timeMs }: NonNullable<EndpointRules['ejection']>,
): EndpointState => {
  const { ejection, record } = state;
  if (ejection === undefined) return state;
  const until = Math.min(ejection.until, ejection.since + timeMs * record.count);
  return { ...state, ejection: { ...ejection, until } };
};

const endEjection = (state: EndpointState, now: number): EndpointState =>
  state.ejection === undefined
    ? state
    : { ...state, ejection: undefined, record: { ...state.record, endedAt: now } };

const applyTime = (state: EndpointState, rules: EndpointRules, now: number): EndpointState => {
  if (state.ejection !== undefined && state.ejection.until <= now) return endEjection(state, now);
  return state.warmingSince !== undefined && shareOf(state.warmingSince, rules.slowStartMs, now) === 1
    ? { ...state, warmingSince: undefined }
    : state;
};

const causeOf = (event: EndpointEvent, before: EndpointState, after: EndpointState): Cause => {
  switch (event.type) {
    case 'Appeared':
      return 'New';
    case 'Checked':
      if (event.result.ok) return 'CheckPassed';
      return event.result.failure === 'Local' ? 'Other' : event.result.failure;
    case 'Failing':
      return 'ConnectFailures';
    case 'TimePassed':
      return before.ejection !== undefined && after.ejection === undefined ? 'EjectionOver' : 'SlowStartOver';
    case 'RulesChanged':
      return 'RulesChanged';
    default:
      return event satisfies never;
  }
};
