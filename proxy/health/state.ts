import type { Health } from '../../report/health.ts';
import type { Thresholds } from '../configuration/health-policy.ts';
import type { CheckFailure, CheckResult } from './check/result.ts';
import { countWithThis, type Ejection, type EjectionRecord, NO_RECORD } from './ejection.ts';
import { shareOf } from './slow-start.ts';
import { nextVerdict, UNKNOWN, type Verdict } from './verdict.ts';

/** All that is known of one endpoint: what checks say, whether failed attempts took it out, and whether it starts slowly. */
export interface EndpointState {
  readonly verdict: Verdict;
  readonly ejection: Ejection | undefined;
  readonly record: EjectionRecord;
  /** When it began to take connections slowly; undefined when it takes its full share. Only while it serves. */
  readonly warmingSince: number | undefined;
}

/** What its backend asks for. */
export interface EndpointRules {
  /** Undefined where nothing is checked. */
  readonly thresholds: Thresholds | undefined;
  /** Undefined where nothing is ejected. */
  readonly ejection: { readonly consecutiveFailures: number; readonly timeMs: number } | undefined;
  /** 0 for none. */
  readonly slowStartMs: number;
}

export type EndpointEvent =
  /** It is new beside endpoints that serve already. */
  | { readonly type: 'Appeared' }
  /** A check that began at `begunAt` has ended. */
  | { readonly type: 'Checked'; readonly result: CheckResult; readonly begunAt: number }
  /** Attempts to connect fail, and its backend may lose one more endpoint. */
  | { readonly type: 'Failing'; readonly inARow: number }
  | { readonly type: 'TimePassed' }
  /** Its backend asks for something else from now on. */
  | { readonly type: 'RulesChanged' };

/** How an endpoint stands, in one word; the first that fits of Unhealthy, Ejected, Warming, and else what checks say. */
export type Standing = Health | 'Ejected' | 'Warming';

/** What led to a change, as one of few words: it becomes a label of a metric. */
export type Cause =
  | 'New'
  | 'CheckPassed'
  | Exclude<CheckFailure, 'Local'>
  | 'ConnectFailures'
  | 'EjectionOver'
  | 'SlowStartOver'
  | 'RulesChanged';

export interface Transition {
  readonly from: Standing;
  readonly to: Standing;
  readonly cause: Cause;
  /** For people: why the endpoint is out; empty when it is not. */
  readonly reason: string;
}

export const NEW: EndpointState = {
  verdict: UNKNOWN,
  ejection: undefined,
  record: NO_RECORD,
  warmingSince: undefined,
};

/** Whether it may take new connections. */
export const serves = ({ verdict, ejection }: EndpointState): boolean =>
  verdict.health !== 'Unhealthy' && ejection === undefined;

export const standing = (state: EndpointState): Standing => {
  if (state.verdict.health === 'Unhealthy') return 'Unhealthy';
  if (state.ejection !== undefined) return 'Ejected';
  return state.warmingSince === undefined ? state.verdict.health : 'Warming';
};

/** Share of its weight that it gets. */
export const share = ({ warmingSince }: EndpointState, rules: EndpointRules, now: number): number =>
  warmingSince === undefined ? 1 : shareOf(warmingSince, rules.slowStartMs, now);

/** Why it is out, or why its last check failed; empty when all is well. */
export const reasonOf = ({ verdict, ejection }: EndpointState): string =>
  verdict.health !== 'Unhealthy' && ejection !== undefined
    ? `${ejection.failures} attempts to connect failed in a row`
    : verdict.reason;

/** The state after an event at `now`, and the change of its standing, if any. Times in milliseconds of one clock. */
export const nextState = (
  before: EndpointState,
  event: EndpointEvent,
  rules: EndpointRules,
  now: number,
): { readonly state: EndpointState; readonly transition?: Transition } => {
  const state = warmed(before, moved(before, event, rules, now), rules, now);
  const [from, to] = [standing(before), standing(state)];
  if (from === to) return { state };
  const reason = serves(state) ? '' : reasonOf(state);
  return { state, transition: { from, to, cause: causeOf(event, before, state), reason } };
};

/** Who serves again starts slowly; who does not serve is not warming. */
const warmed = (
  before: EndpointState,
  state: EndpointState,
  rules: EndpointRules,
  now: number,
): EndpointState => {
  if (!serves(state)) return { ...state, warmingSince: undefined };
  return serves(before) || rules.slowStartMs <= 0 ? state : { ...state, warmingSince: now };
};

const moved = (
  state: EndpointState,
  event: EndpointEvent,
  rules: EndpointRules,
  now: number,
): EndpointState => {
  switch (event.type) {
    case 'Appeared':
      return rules.slowStartMs > 0 ? { ...state, warmingSince: now } : state;
    case 'Checked':
      return rules.thresholds === undefined ? state : checked(state, event, rules.thresholds, now);
    case 'Failing':
      // Where checks took it out, attempts are made only because nobody is left: they say nothing new.
      return rules.ejection === undefined || !serves(state)
        ? state
        : ejected(state, event.inARow, rules.ejection, now);
    case 'TimePassed':
      return timePassed(state, rules, now);
    case 'RulesChanged':
      return {
        ...(rules.ejection === undefined ? ejectionOver(state, now) : shortened(state, rules.ejection)),
        verdict: rules.thresholds === undefined ? UNKNOWN : { ...state.verdict, against: 0 },
        warmingSince: rules.slowStartMs > 0 ? state.warmingSince : undefined,
      };
    default:
      return event satisfies never;
  }
};

/**
 * Checks that pass end an ejection early, as many in a row as make an unhealthy endpoint healthy: they make the connection that failed.
 * One that began before the ejection proves nothing.
 */
const checked = (
  state: EndpointState,
  { result, begunAt }: Extract<EndpointEvent, { readonly type: 'Checked' }>,
  thresholds: Thresholds,
  now: number,
): EndpointState => {
  if (!result.ok && result.failure === 'Local') return state;
  const next = { ...state, verdict: nextVerdict(state.verdict, result, thresholds) };
  const { ejection } = next;
  if (ejection === undefined || begunAt < ejection.since) return next;
  const passed = result.ok ? ejection.passed + 1 : 0;
  return passed >= thresholds.healthyThreshold
    ? ejectionOver(next, now)
    : { ...next, ejection: { ...ejection, passed } };
};

const ejected = (
  state: EndpointState,
  failures: number,
  { timeMs }: NonNullable<EndpointRules['ejection']>,
  now: number,
): EndpointState => {
  const count = countWithThis(state.record, timeMs, now);
  return {
    ...state,
    ejection: { since: now, until: now + timeMs * count, passed: 0, failures },
    record: { ...state.record, count },
  };
};

/** Out no longer than it would be by these rules. */
const shortened = (
  state: EndpointState,
  { timeMs }: NonNullable<EndpointRules['ejection']>,
): EndpointState => {
  const { ejection, record } = state;
  if (ejection === undefined) return state;
  const until = Math.min(ejection.until, ejection.since + timeMs * record.count);
  return { ...state, ejection: { ...ejection, until } };
};

const ejectionOver = (state: EndpointState, now: number): EndpointState =>
  state.ejection === undefined
    ? state
    : { ...state, ejection: undefined, record: { ...state.record, endedAt: now } };

const timePassed = (state: EndpointState, rules: EndpointRules, now: number): EndpointState => {
  if (state.ejection !== undefined && state.ejection.until <= now) return ejectionOver(state, now);
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
