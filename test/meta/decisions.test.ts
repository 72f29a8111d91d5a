import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECISION_FILE, missingParts } from '../../scripts/docs/decisions.ts';
import { assertNone, type Finding } from './finding.ts';
import { type SourceFile, tree } from './tree.ts';

const FOLDER = 'docs/decisions/';

/** Each page must have a title, a date, an area and three sections; the numbers are consecutive from 0001. */
const check = (files: readonly SourceFile[]): readonly Finding[] =>
  files
    .filter(({ path }) => path.startsWith(FOLDER) && path !== `${FOLDER}README.md`)
    .flatMap(({ path, text }, position) => {
      const number = DECISION_FILE.exec(path.slice(FOLDER.length))?.[1];
      if (number === undefined) return [{ path, message: 'is not named NNNN-title-of-the-decision.md' }];
      return [
        ...(Number(number) === position + 1
          ? []
          : [{ path, message: `must have the number ${position + 1}, its position among the decisions` }]),
        ...missingParts(text).map((lack) => ({ path, message: `lacks ${lack}` })),
      ];
    });

const page = (context: string, date = '2026-11-23'): string =>
  `# A title\n\n- Date: ${date}\n- Area: Tests\n\n## Context\n\n${context}\n\n## Decision\n\nb\n\n## Consequences\n\nc\n`;

test('every decision has a title, a date, an area, its context, the decision and its consequences', () => {
  const found = (path: string, text: string) => check([{ path: `${FOLDER}${path}`, text }]).length;
  assert.equal(found('0001-a.md', page('a')), 0);
  assert.equal(found('0001-a.md', page('a', '2026-11-23 (amended 2026-11-29)')), 0);
  assert.equal(found('0001-a.md', page('')), 1);
  assert.equal(found('0001-a.md', page('a', 'yesterday')), 1);
  assert.equal(found('0002-a.md', page('a')), 1);
  assert.equal(found('notes.md', page('a')), 1);
  assert.equal(found('0001-a.md', ''), 6);
  const files = tree();
  assert.ok(files.filter(({ path }) => path.startsWith(FOLDER)).length > 100);
  assertNone(check(files));
});
