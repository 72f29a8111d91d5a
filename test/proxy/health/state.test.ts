import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import {
  type Cause,
  type EndpointEvent,
  type EndpointRules,
  type EndpointState,
  NEW,
  nextState,
  reasonOf,
  serves,
  share,
  standing,
} from '../../../proxy/health/state.ts';

const RULES: EndpointRules = {
  thresholds: { healthyThreshold: 1, unhealthyThreshold: 1 },
  ejection: { consecutiveFailures: 5, timeMs: 30_000 },
  slowStartMs: 10_000,
};
const NO_RULES: EndpointRules = { thresholds: undefined, ejection: undefined, slowStartMs: 0 };
/** When everything in the table happens; what is under way began a second before. */
const NOW = 100_000;
const SINCE = NOW - 1_000;
const REFUSED = failed('Refused', 'connection refused');

/** A state by its letters: U unknown, H healthy, S unhealthy; e ejected; w warming. */
const stateOf = (letters: string): EndpointState => ({
  ...NEW,
  verdict: {
    health: letters.startsWith('U') ? 'Unknown' : letters.startsWith('H') ? 'Healthy' : 'Unhealthy',
    against: 0,
    reason: letters.startsWith('S') ? 'connection refused' : '',
  },
  ejection: letters.includes('e')
    ? { since: SINCE, until: SINCE + 30_000, passed: 0, failures: 5 }
    : undefined,
  record: letters.includes('e') ? { count: 1, endedAt: 0 } : NEW.record,
  warmingSince: letters.includes('w') ? SINCE : undefined,
});
const lettersOf = ({ verdict, ejection, warmingSince }: EndpointState): string =>
  `${{ Unknown: 'U', Healthy: 'H', Unhealthy: 'S' }[verdict.health]}${ejection ? 'e' : ''}${warmingSince === undefined ? '' : 'w'}`;

const EVENTS: Readonly<Record<string, readonly [EndpointEvent, number, EndpointRules?]>> = {
  'it is new': [{ type: 'Appeared' }, NOW],
  'a check passes': [{ type: 'Checked', result: OK, begunAt: SINCE }, NOW],
  'a check passes that began before the ejection': [{ type: 'Checked', result: OK, begunAt: SINCE - 1 }, NOW],
  'a check fails': [{ type: 'Checked', result: REFUSED, begunAt: SINCE }, NOW],
  'a check could not be made': [{ type: 'Checked', result: failed('Local', 'x'), begunAt: SINCE }, NOW],
  'attempts to connect fail': [{ type: 'Failing', inARow: 5 }, NOW],
  'little time passes': [{ type: 'TimePassed' }, NOW],
  'much time passes': [{ type: 'TimePassed' }, NOW + 60_000],
  'other rules come': [{ type: 'RulesChanged' }, NOW],
  'no rules are left': [{ type: 'RulesChanged' }, NOW, NO_RULES],
};

/** Every state an endpoint can be in, and what it is after each event. Warming is only who serves. */
const STATES = ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'];
const TABLE: Readonly<Record<string, readonly string[]>> = {
  'it is new': ['Uw', 'Hw', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'a check passes': ['H', 'H', 'Hw', 'Hw', 'Hw', 'Hw', 'Hw', 'Hw'],
  'a check passes that began before the ejection': ['H', 'H', 'Hw', 'Hw', 'Hw', 'He', 'He', 'He'],
  'a check fails': ['S', 'S', 'S', 'S', 'S', 'Se', 'Se', 'Se'],
  'a check could not be made': ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'attempts to connect fail': ['Ue', 'He', 'S', 'Ue', 'He', 'Ue', 'He', 'Se'],
  'little time passes': ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'much time passes': ['U', 'H', 'S', 'U', 'H', 'Uw', 'Hw', 'S'],
  'other rules come': ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'no rules are left': ['U', 'U', 'U', 'U', 'U', 'U', 'U', 'U'],
};

test('the table has every event and every state', () => {
  assert.deepEqual(Object.keys(TABLE), Object.keys(EVENTS));
  for (const row of Object.values(TABLE)) assert.equal(row.length, STATES.length);
});

for (const [name, [event, now, rules = RULES]] of Object.entries(EVENTS))
  for (const [index, letters] of STATES.entries()) {
    const expected = TABLE[name]?.[index];
    test(`when ${name}, ${letters} becomes ${expected}, and a change of standing is told once`, () => {
      const before = stateOf(letters);
      const { state, transition } = nextState(before, event, rules, now);
      assert.equal(lettersOf(state), expected);
      const [from, to] = [standing(before), standing(state)];
      assert.deepEqual([transition?.from, transition?.to], from === to ? [undefined, undefined] : [from, to]);
    });
  }

const CAUSES: readonly {
  readonly of: string;
  readonly when: string;
  readonly cause: Cause;
  readonly reason: string;
}[] = [
  { of: 'U', when: 'it is new', cause: 'New', reason: '' },
  { of: 'S', when: 'a check passes', cause: 'CheckPassed', reason: '' },
  { of: 'H', when: 'a check fails', cause: 'Refused', reason: 'connection refused' },
  { of: 'He', when: 'a check fails', cause: 'Refused', reason: 'connection refused' },
  {
    of: 'H',
    when: 'attempts to connect fail',
    cause: 'ConnectFailures',
    reason: '5 attempts to connect failed in a row',
  },
  { of: 'He', when: 'much time passes', cause: 'EjectionOver', reason: '' },
  { of: 'Hw', when: 'much time passes', cause: 'SlowStartOver', reason: '' },
  { of: 'S', when: 'no rules are left', cause: 'RulesChanged', reason: '' },
];
for (const { of, when, cause, reason } of CAUSES)
  test(`when ${when}, the change of ${of} has the cause ${cause}`, () => {
    const [event, now, rules = RULES] = EVENTS[when] as NonNullable<(typeof EVENTS)[string]>;
    const { transition } = nextState(stateOf(of), event, rules, now);
    assert.deepEqual([transition?.cause, transition?.reason], [cause, reason]);
  });

test('who is ejected or unhealthy does not serve, all others do', () => {
  assert.deepEqual(
    STATES.filter((letters) => serves(stateOf(letters))),
    ['U', 'H', 'Uw', 'Hw'],
  );
});

test('the reason of an ejection is told, and that of checks where they took the endpoint out, too', () => {
  assert.deepEqual(
    ['H', 'S', 'He', 'Se'].map((letters) => reasonOf(stateOf(letters))),
    ['', 'connection refused', '5 attempts to connect failed in a row', 'connection refused'],
  );
});

test('checks end an ejection only when as many pass in a row as make an endpoint healthy', () => {
  const rules = { ...RULES, thresholds: { healthyThreshold: 2, unhealthyThreshold: 9 } };
  let state = stateOf('He');
  let seen = '';
  for (const letter of 'oxoo') {
    const event = { type: 'Checked', result: letter === 'o' ? OK : REFUSED, begunAt: NOW } as const;
    ({ state } = nextState(state, event, rules, NOW));
    seen += `${lettersOf(state)} `;
  }
  assert.equal(seen, 'He He He Hw ');
});

test('each ejection in a row lasts longer, and good behaviour is remembered, too', () => {
  let state = NEW;
  let now = 0;
  /** Ejects, waits until it is over, and lets the endpoint behave for a while; returns how long it was out. */
  const eject = (behaveMs: number): number => {
    ({ state } = nextState(state, { type: 'Failing', inARow: 5 }, RULES, now));
    const until = state.ejection?.until ?? Number.NaN;
    const outMs = until - now;
    ({ state } = nextState(state, { type: 'TimePassed' }, RULES, until));
    now = until + behaveMs;
    return outMs / 1000;
  };
  assert.deepEqual([eject(0), eject(0), eject(0), eject(60_000)], [30, 60, 90, 120]);
  // Four, less two for two times 30 s of good behaviour, and this one.
  assert.deepEqual([eject(0)], [90]);
  for (let i = 0; i < 20; i++) eject(0);
  assert.equal(eject(0), 300);
});

test('who is out when the time is made shorter is out no longer than that, and no longer when it is made longer', () => {
  const outAfter = (timeMs: number): number | undefined => {
    const rules = { ...RULES, ejection: { consecutiveFailures: 5, timeMs } };
    return nextState(stateOf('He'), { type: 'RulesChanged' }, rules, NOW).state.ejection?.until;
  };
  assert.deepEqual([outAfter(5_000), outAfter(60_000)], [SINCE + 5_000, SINCE + 30_000]);
});

test('a slow start goes from a tenth to all, and who does not start slowly has all', () => {
  const warming = { ...stateOf('Hw'), warmingSince: 0 };
  assert.deepEqual(
    [0, 1_000, 1_500, 5_000, 9_999, 10_000].map((now) => share(warming, RULES, now)),
    [0.1, 0.1, 0.15, 0.5, 0.95, 1],
  );
  assert.equal(share(stateOf('H'), RULES, 0), 1);
});
