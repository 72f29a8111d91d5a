import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs, durationProblem } from '../../crds/duration.ts';
import { duration } from '../../crds/scalars.ts';

const GOOD: readonly (readonly [string, number])[] = [
  ['0s', 0],
  ['1ms', 1],
  ['500ms', 500],
  ['5s', 5000],
  ['1m', 60_000],
  ['1h', 3_600_000],
  ['1h30m', 5_400_000],
  ['1h1m1s1ms', 3_661_001],
  ['30m1h', 5_400_000],
  ['1s1s', 2000],
  ['007s', 7000],
  ['99999h', 359_996_400_000],
];

const BAD = [
  '',
  's',
  '5',
  '5 s',
  '-5s',
  '+5s',
  '1.5s',
  '5S',
  '5d',
  '5us',
  '100000s',
  '1s1s1s1s1s',
  ' 5s',
  '5s\n',
  '٥s',
];

for (const [text, ms] of GOOD) {
  test(`${text} is ${ms} ms, and the schema admits it`, () => {
    assert.equal(durationMs(text), ms);
    assert.ok(duration.safeParse(text).success);
  });
}

for (const text of BAD) {
  test(`${JSON.stringify(text)} is a duration neither for durationMs nor for the schema`, () => {
    assert.throws(() => durationMs(text), { name: 'RangeError', message: /is not a duration/ });
    assert.equal(duration.safeParse(text).success, false);
  });
}

const EXPLAINED: readonly (readonly [string, RegExp])[] = [
  ['3600000ms', /^is not a duration of the Gateway API, which has .* up to five digits: write 1h$/],
  ['100000s', /: write 27h46m40s$/],
  ['1h1000000ms', /: write 1h16m40s$/],
  ['1s1s1s1s1s', /^is not a duration of the Gateway API, which has up to four numbers .*: write 5s$/],
  ['999999h', /five digits$/],
  ['5d', /^is not a duration: write a number and h, m, s or ms/],
  ['', /^is not a duration: write a number/],
];
for (const [text, message] of EXPLAINED)
  test(`the problem with the duration ${JSON.stringify(text)} is explained, with a suggestion`, () => {
    assert.match(durationProblem(text), message);
    const parsed = duration.safeParse(text);
    assert.match(parsed.error?.issues[0]?.message ?? '', message);
    const [, written] = /: write (\S+)$/.exec(durationProblem(text)) ?? [];
    if (written !== undefined) assert.ok(duration.safeParse(written).success);
  });
