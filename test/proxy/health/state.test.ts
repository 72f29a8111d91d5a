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
  stateName,
} from '../../../proxy/health/state.ts';

const RULES: EndpointRules = {
  thresholds: { healthyThreshold: 1, unhealthyThreshold: 1 },
  ejection: { consecutiveFailures: 5, timeMs: 30_000 },
  slowStartMs: 10_000,
};
const NO_RULES: EndpointRules = { thresholds: undefined, ejection: undefined, slowStartMs: 0 };
/** When everything in the table happens; what is in progress began a second earlier. */
const NOW = 100_000;
const SINCE = NOW - 1_000;
const REFUSED = failed('Refused', 'connection refused');

/** A state from its letters: U unknown, H healthy, S unhealthy; e ejected; w warming. */
const stateOf = (letters: string): EndpointState => ({
  ...NEW,
  checked: {
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
const lettersOf = ({ checked, ejection, warmingSince }: EndpointState): string =>
  `${{ Unknown: 'U', Healthy: 'H', Unhealthy: 'S' }[checked.health]}${ejection ? 'e' : ''}${warmingSince === undefined ? '' : 'w'}`;

const EVENTS: Readonly<Record<string, readonly [EndpointEvent, number, EndpointRules?]>> = {
  'it appears': [{ type: 'Appeared' }, NOW],
  'a check passes': [{ type: 'Checked', result: OK, startedAt: SINCE }, NOW],
  'a check passes that started before the ejection': [
    { type: 'Checked', result: OK, startedAt: SINCE - 1 },
    NOW,
  ],
  'a check fails': [{ type: 'Checked', result: REFUSED, startedAt: SINCE }, NOW],
  'a check could not be made': [{ type: 'Checked', result: failed('Local', 'x'), startedAt: SINCE }, NOW],
  'attempts to connect fail': [{ type: 'Failing', inARow: 5 }, NOW],
  'a little time passes': [{ type: 'TimePassed' }, NOW],
  'a lot of time passes': [{ type: 'TimePassed' }, NOW + 60_000],
  'the rules change': [{ type: 'RulesChanged' }, NOW],
  'all rules are removed': [{ type: 'RulesChanged' }, NOW, NO_RULES],
};

/**
 * Every state that an endpoint can be in, and the state after each event. Only endpoints that serve can be
 * warming.
 */
const STATES = ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'];
const TABLE: Readonly<Record<string, readonly string[]>> = {
  'it appears': ['Uw', 'Hw', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'a check passes': ['H', 'H', 'Hw', 'Hw', 'Hw', 'Hw', 'Hw', 'Hw'],
  'a check passes that started before the ejection': ['H', 'H', 'Hw', 'Hw', 'Hw', 'He', 'He', 'He'],
  'a check fails': ['S', 'S', 'S', 'S', 'S', 'Se', 'Se', 'Se'],
  'a check could not be made': ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'attempts to connect fail': ['Ue', 'He', 'S', 'Ue', 'He', 'Ue', 'He', 'Se'],
  'a little time passes': ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'a lot of time passes': ['U', 'H', 'S', 'U', 'H', 'Uw', 'Hw', 'S'],
  'the rules change': ['U', 'H', 'S', 'Uw', 'Hw', 'Ue', 'He', 'Se'],
  'all rules are removed': ['U', 'U', 'U', 'U', 'U', 'U', 'U', 'U'],
};

test('the table of transitions covers every event and every state', () => {
  assert.deepEqual(Object.keys(TABLE), Object.keys(EVENTS));
  for (const row of Object.values(TABLE)) assert.equal(row.length, STATES.length);
});

for (const [name, [event, now, rules = RULES]] of Object.entries(EVENTS))
  for (const [index, letters] of STATES.entries()) {
    const expected = TABLE[name]?.[index];
    test(`when ${name}, ${letters} becomes ${expected}, and a change of the state's name is reported once`, () => {
      const before = stateOf(letters);
      const { state, transition } = nextState(before, event, rules, now);
      assert.equal(lettersOf(state), expected);
      const [from, to] = [stateName(before), stateName(state)];
      assert.deepEqual([transition?.from, transition?.to], from === to ? [undefined, undefined] : [from, to]);
    });
  }

const CAUSES: readonly {
  readonly of: string;
  readonly when: string;
  readonly cause: Cause;
  readonly reason: string;
}[] = [
  { of: 'U', when: 'it appears', cause: 'New', reason: '' },
  { of: 'S', when: 'a check passes', cause: 'CheckPassed', reason: '' },
  { of: 'H', when: 'a check fails', cause: 'Refused', reason: 'connection refused' },
  { of: 'He', when: 'a check fails', cause: 'Refused', reason: 'connection refused' },
  {
    of: 'H',
    when: 'attempts to connect fail',
    cause: 'ConnectFailures',
    reason: '5 attempts to connect failed in a row',
  },
  { of: 'He', when: 'a lot of time passes', cause: 'EjectionOver', reason: '' },
  { of: 'Hw', when: 'a lot of time passes', cause: 'SlowStartOver', reason: '' },
  { of: 'S', when: 'all rules are removed', cause: 'RulesChanged', reason: '' },
];
for (const { of, when, cause, reason } of CAUSES)
  test(`the transition of ${of} when ${when} has the cause ${cause}`, () => {
    const [event, now, rules = RULES] = EVENTS[when] as NonNullable<(typeof EVENTS)[string]>;
    const { transition } = nextState(stateOf(of), event, rules, now);
    assert.deepEqual([transition?.cause, transition?.reason], [cause, reason]);
  });

test('an endpoint serves unless it is ejected or unhealthy', () => {
  assert.deepEqual(
    STATES.filter((letters) => serves(stateOf(letters))),
    ['U', 'H', 'Uw', 'Hw'],
  );
});

test('the reason is that of the failed check if the endpoint is unhealthy, otherwise that of the ejection', () => {
  assert.deepEqual(
    ['H', 'S', 'He', 'Se'].map((letters) => reasonOf(stateOf(letters))),
    ['', 'connection refused', '5 attempts to connect failed in a row', 'connection refused'],
  );
});

test('checks end an ejection only after as many successes in a row as the healthy threshold', () => {
  const rules = { ...RULES, thresholds: { healthyThreshold: 2, unhealthyThreshold: 9 } };
  let state = stateOf('He');
  let seen = '';
  for (const letter of 'oxoo') {
    const event = { type: 'Checked', result: letter === 'o' ? OK : REFUSED, startedAt: NOW } as const;
    ({ state } = nextState(state, event, rules, NOW));
    seen += `${lettersOf(state)} `;
  }
  assert.equal(seen, 'He He He Hw ');
});

test('each ejection in a row lasts longer, and time without an ejection shortens the next one', () => {
  let state = NEW;
  let now = 0;
  /**
   * Ejects the endpoint, waits until the ejection ends, and lets `behaveMs` pass without another one; returns
   * its duration.
   */
  const eject = (behaveMs: number): number => {
    ({ state } = nextState(state, { type: 'Failing', inARow: 5 }, RULES, now));
    const until = state.ejection?.until ?? Number.NaN;
    const outMs = until - now;
    ({ state } = nextState(state, { type: 'TimePassed' }, RULES, until));
    now = until + behaveMs;
    return outMs / 1000;
  };
  assert.deepEqual([eject(0), eject(0), eject(0), eject(60_000)], [30, 60, 90, 120]);
  // Four ejections, minus two for twice 30 s of good behaviour, plus this one.
  assert.deepEqual([eject(0)], [90]);
  for (let i = 0; i < 20; i++) eject(0);
  assert.equal(eject(0), 300);
});

test('a running ejection ends earlier if the ejection time is shortened, and no later if it is extended', () => {
  const outAfter = (timeMs: number): number | undefined => {
    const rules = { ...RULES, ejection: { consecutiveFailures: 5, timeMs } };
    return nextState(stateOf('He'), { type: 'RulesChanged' }, rules, NOW).state.ejection?.until;
  };
  assert.deepEqual([outAfter(5_000), outAfter(60_000)], [SINCE + 5_000, SINCE + 30_000]);
});

test('a slow start raises the share from a tenth to all, and without one an endpoint has its full share', () => {
  const warming = { ...stateOf('Hw'), warmingSince: 0 };
  assert.deepEqual(
    [0, 1_000, 1_500, 5_000, 9_999, 10_000].map((now) => share(warming, RULES, now)),
    [0.1, 0.1, 0.15, 0.5, 0.95, 1],
  );
  assert.equal(share(stateOf('H'), RULES, 0), 1);
});
