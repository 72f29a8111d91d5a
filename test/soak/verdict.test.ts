import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, memoryCheck, type Sample, type SoakResult } from './verdict.ts';

const MEBIBYTE = 1024 * 1024;

const samples = (minutes: number, rss: (part: number) => number): readonly Sample[] =>
  Array.from({ length: 101 }, (_, i) => ({
    atMs: (i / 100) * minutes * 60_000,
    rssBytes: rss(i / 100) * MEBIBYTE,
  }));

const GOOD: SoakResult = {
  sessions: { short: { good: 5, killed: 1 } },
  failures: [],
  samples: samples(30, () => 100),
  descriptorsBefore: ['pipe:', 'socket:'],
  descriptorsAfter: ['pipe:', 'socket:'],
  openAfter: 0,
  accepted: 6,
  closed: 6,
  acceptorDeaths: 0,
  exitCode: 0,
};

test('a soak in which nothing failed and nothing leaked passes every check', () => {
  assert.deepEqual(
    judge(GOOD).filter(({ ok }) => !ok),
    [],
  );
});

const WRONG: readonly (readonly [what: string, change: Partial<SoakResult>, seen: RegExp])[] = [
  ['a failure that no kill explains', { failures: ['short: expected bytes, saw ECONNRESET'] }, /ECONNRESET/],
  [
    'a kind of client that had no session',
    { sessions: { idle: { good: 0, killed: 3 } } },
    /no sessions of: idle/,
  ],
  ['memory that grows', { samples: samples(30, (part) => 100 + 60 * part) }, /MiB in the last/],
  ['a descriptor left open', { descriptorsAfter: ['pipe:', 'socket:', 'socket:'] }, /2 before, 3 after/],
  ['a descriptor of another kind', { descriptorsAfter: ['pipe:', 'pipe:'] }, /2 before, 2 after/],
  ['a connection left open', { openAfter: 1 }, /^1$/],
  ['a connection whose end was not counted', { closed: 5 }, /6 accepted, 5 ended/],
  ['nothing accepted at all', { accepted: 0, closed: 0 }, /0 accepted/],
  ['an acceptor that died', { acceptorDeaths: 1 }, /^1$/],
  ['a proxy that did not exit with 0', { exitCode: 1 }, /exit code 1/],
];

for (const [what, change, seen] of WRONG)
  test(`${what} fails exactly one check of a soak`, () => {
    const failed = judge({ ...GOOD, ...change }).filter(({ ok }) => !ok);
    assert.equal(failed.length, 1);
    assert.match(failed[0]?.seen ?? '', seen);
  });

test('memory growth during the warm-up does not count, and a short run may grow more', () => {
  assert.ok(memoryCheck(samples(30, (part) => (part < 0.2 ? 50 : 150))).ok);
  assert.ok(memoryCheck(samples(0.5, (part) => 100 + 100 * part)).ok);
  assert.ok(!memoryCheck(samples(30, (part) => 100 + 100 * part)).ok);
});

test('a run with few samples at uneven times is judged by those', () => {
  const few = [10, 1_000, 19_000].map((atMs) => ({ atMs, rssBytes: 100 * MEBIBYTE }));
  for (const count of [1, 2, 3]) assert.ok(memoryCheck(few.slice(0, count)).ok, `${count} samples`);
  assert.ok(!memoryCheck([]).ok, 'no samples prove nothing');
});
