import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexOf, readDecision } from '../../../scripts/docs/decisions.ts';

const text = (title: string, area: string): string =>
  `# ${title}\n\n- Date: 2026-11-23 (amended 2026-11-29)\n- Area: ${area}\n\n## Context\n\na\n`;

test('the number, title, date and area of a decision are read from its page and file name', () => {
  assert.deepEqual(readDecision('0007-one-reason.md', text('One reason', 'Status')), {
    file: '0007-one-reason.md',
    number: '0007',
    title: 'One reason',
    date: '2026-11-23 (amended 2026-11-29)',
    area: 'Status',
  });
});

test('the index has a table for each area, in the order of their first decisions', () => {
  const index = indexOf([
    readDecision('0001-a.md', text('A', 'Status')),
    readDecision('0002-b.md', text('B', 'Relay')),
    readDecision('0003-c.md', text('C', 'Status')),
  ]);
  assert.deepEqual(index.match(/^## .*|\[\w\]/gm), ['## Status', '[A]', '[C]', '## Relay', '[B]']);
});
