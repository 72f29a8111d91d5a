import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONS, type ReasonEntry } from '../../operator/status/reasons.ts';
import { WARNING_REASONS } from '../../operator/status/warning-reasons.ts';
import { assertNone, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const PATH = 'docs/troubleshooting.md';
const ROW = /^\| `([A-Z]\w+)` \|/gm;

/** The table of reasons has one row for each reason of the catalogue, in its words, and no other. */
const check = (
  text: string,
  reasons: Readonly<Record<string, Omit<ReasonEntry, 'standing'>>>,
): readonly Finding[] => [
  ...Object.entries(reasons)
    .map(([reason, { meaning, whatToDo }]) => `| \`${reason}\` | ${meaning} | ${whatToDo} |`)
    .filter((row) => !text.split('\n').includes(row))
    .map((row) => ({ path: PATH, says: `has no row\n${row}` })),
  ...[...text.matchAll(ROW)]
    .filter(([, reason = '']) => !(reason in reasons))
    .map(([, reason]) => ({ path: PATH, says: `has a row of ${reason}, which is not in the catalogue` })),
];

test('docs/troubleshooting.md explains every reason of the status in the words of the catalogue', () => {
  const known = { Available: { standing: 'Done', meaning: 'It serves.', whatToDo: 'Nothing.' } } as const;
  assert.equal(check('| `Available` | It serves. | Nothing. |\n', known).length, 0);
  assert.equal(check('| `Available` | It stands. | Nothing. |\n| `Gone` | a | b |\n', known).length, 2);
  assertNone(check(tree().find(({ path }) => path === PATH)?.text ?? '', { ...REASONS, ...WARNING_REASONS }));
});
