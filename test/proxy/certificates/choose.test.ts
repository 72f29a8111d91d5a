import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choice, chooseKeyPair, type Offered } from '../../../proxy/certificates/choose.ts';
import { KeyPair } from '../../../proxy/certificates/key-pair.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-30T12:00:00Z');

/** A pair that is valid between these days from now. */
const pair = (id: string, fromDays: number, toDays: number): KeyPair =>
  new KeyPair(
    {
      id,
      names: ['a.example'],
      kind: 'ECDSA',
      notBeforeMs: NOW_MS + fromDays * DAY_MS,
      notAfterMs: NOW_MS + toDays * DAY_MS,
    },
    { certificate: '', key: 'secret' },
  );
const GOOD = pair('good', -10, 80);
const SOON = pair('soon', -80, 3.5);
const EXPIRED = pair('expired', -90, -2);
const FUTURE = pair('future', 2, 90);
/** For a week, of which the last quarter begins with 1.75 days left. */
const WEEK = pair('week', -5, 2);
const LATE = pair('late', -5.5, 1.5);
const MISSING: Offered = { code: 'SecretMissing', message: 'Secret "a" does not exist' };

const ROWS: readonly {
  readonly when: string;
  readonly offered: Offered;
  readonly used?: KeyPair;
  readonly pair: KeyPair | undefined;
  readonly unused?: RegExp;
  readonly aging?: readonly [string, RegExp];
  readonly nextDays: number | undefined;
}[] = [
  { when: 'a good pair is the first', offered: GOOD, pair: GOOD, nextDays: 66 },
  { when: 'a good pair replaces another', offered: GOOD, used: SOON, pair: GOOD, nextDays: 66 },
  {
    when: 'nothing was ever there',
    offered: MISSING,
    pair: undefined,
    unused: /not exist/,
    nextDays: undefined,
  },
  {
    when: 'a Secret is deleted',
    offered: MISSING,
    used: GOOD,
    pair: GOOD,
    unused: /not exist/,
    nextDays: 66,
  },
  {
    when: 'a pair expires soon',
    offered: SOON,
    used: SOON,
    pair: SOON,
    aging: ['CertificateExpires', /^S: the certificate expires on 2026-12-04, in 3 days: renew it$/],
    nextDays: 0.5,
  },
  { when: 'a pair for a week has more than its last quarter left', offered: WEEK, pair: WEEK, nextDays: 0.3 },
  {
    when: 'a pair for a week is in its last quarter',
    offered: LATE,
    pair: LATE,
    aging: ['CertificateExpires', /^S: the certificate expires on 2026-12-02, in 1 day: renew it$/],
    nextDays: 0.5,
  },
  {
    when: 'a pair has expired and there is no other',
    offered: EXPIRED,
    pair: EXPIRED,
    aging: ['CertificateExpired', /^S: the certificate expired on 2026-11-28: it stays in use/],
    nextDays: undefined,
  },
  {
    when: 'an expired pair would replace a good one',
    offered: EXPIRED,
    used: GOOD,
    pair: GOOD,
    unused: /^S: the certificate there now expired on 2026-11-28$/,
    nextDays: 66,
  },
  { when: 'a good pair replaces an expired one', offered: GOOD, used: EXPIRED, pair: GOOD, nextDays: 66 },
  {
    when: 'a pair is not valid yet and there is a good one',
    offered: FUTURE,
    used: GOOD,
    pair: GOOD,
    unused: /valid only from 2026-12-02 on$/,
    nextDays: 2,
  },
  {
    when: 'a pair is not valid yet and there is no other',
    offered: FUTURE,
    pair: FUTURE,
    aging: ['CertificateInvalid', /valid only from 2026-12-02 on: until then, clients refuse it$/],
    nextDays: 2,
  },
  {
    when: 'neither pair is valid',
    offered: FUTURE,
    used: EXPIRED,
    pair: FUTURE,
    aging: ['CertificateInvalid', /from 2026-12-02/],
    nextDays: 2,
  },
  {
    when: 'a Secret is deleted whose pair has expired',
    offered: MISSING,
    used: EXPIRED,
    pair: EXPIRED,
    unused: /not exist/,
    aging: ['CertificateExpired', /2026-11-28/],
    nextDays: undefined,
  },
];

for (const { when, offered, used, pair: expected, unused, aging, nextDays } of ROWS)
  test(`the certificate in use, and what is told of it, when ${when}`, () => {
    const choice = chooseKeyPair('S', offered, used, NOW_MS);
    assert.equal(choice.pair, expected);
    assert.match(choice.unused?.message ?? 'nothing', unused ?? /^nothing$/);
    assert.equal(choice.aging?.code, aging?.[0]);
    assert.match(choice.aging?.message ?? 'nothing', aging?.[1] ?? /^nothing$/);
    assert.equal(
      choice.nextMs === undefined ? undefined : Math.round((10 * choice.nextMs) / DAY_MS) / 10,
      nextDays,
    );
  });

for (const [which, offered, days] of [
  ['three months', GOOD, 14],
  ['a week', WEEK, 2],
] as const)
  test(`what is told of a pair for ${which} changes at the moments that are announced, and each message is told once`, () => {
    const told = ({ aging }: Choice): string => aging?.message ?? '';
    let nowMs = NOW_MS;
    const messages = [told(chooseKeyPair('S', offered, offered, nowMs))];
    for (
      let ms = chooseKeyPair('S', offered, offered, nowMs).nextMs;
      ms !== undefined;
      ms = chooseKeyPair('S', offered, offered, nowMs).nextMs
    ) {
      assert.equal(told(chooseKeyPair('S', offered, offered, nowMs + ms - 1)), messages.at(-1));
      nowMs += ms;
      messages.push(told(chooseKeyPair('S', offered, offered, nowMs)));
    }
    assert.equal(new Set(messages).size, messages.length);
    assert.match(messages[1] ?? '', days === 2 ? /in 1 day/ : new RegExp(`in ${days - 1} days`));
    assert.match(messages.at(-2) ?? '', /in less than a day/);
    assert.match(messages.at(-1) ?? '', /expired on/);
    assert.equal(messages.length, 1 + days + 1);
  });
