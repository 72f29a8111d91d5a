import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const LINES = 150;

const shortEnough: Check = ({ path, text }) =>
  text.trimEnd().split('\n').length > LINES
    ? [{ path, message: `has more than ${LINES} lines: move details to a page of docs/` }]
    : [];

const readme = () => tree().find(({ path }) => path === 'README.md') ?? assert.fail('no README.md');

test('README has at most 150 lines', () => {
  assert.equal(shortEnough({ path: 'README.md', text: 'a\n'.repeat(150) }).length, 0);
  assert.equal(shortEnough({ path: 'README.md', text: 'a\n'.repeat(151) }).length, 1);
  assertNone(shortEnough(readme()));
});

const OURS = 'L4Balancer';
const PROOF = /\]\((?:test|e2e)\/[\w./-]+\.test\.ts\)/;

/** Each feature must link to a test, or be a "no". Another check follows the links. */
const unproven: Check = ({ path, text }) => {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| | ${OURS} |`));
  if (head < 0) return [{ path, message: 'has no table of features' }];
  const findings: Finding[] = [];
  for (let at = head + 2; lines[at]?.startsWith('|'); at += 1) {
    const [, feature = '', ours = ''] = (lines[at] ?? '').split('|').map((cell) => cell.trim());
    if (!/^no\b/.test(ours) && !PROOF.test(ours))
      findings.push({ path, line: at + 1, message: `claims "${feature}" without a link to a test` });
  }
  return findings;
};

test('each feature that README claims links to a test', () => {
  const rows = (...cells: readonly string[]): string =>
    `| | ${OURS} | Other |\n|---|---|---|\n${cells.map((cell) => `| a | ${cell} | yes |\n`).join('')}`;
  const count = (text: string) => unproven({ path: 'README.md', text }).length;
  assert.equal(count(rows('[yes](e2e/a.test.ts)', 'yes: [b](test/a/b.test.ts), c', 'no', 'no: later')), 0);
  assert.equal(count(rows('yes', '[yes](docs/a.md)', 'nothing')), 3);
  assert.equal(count('text'), 1);
  assertNone(unproven(readme()));
});
