import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { described } from '../../report/described.ts';
import { summary } from '../../report/status.ts';
import { beyondContract, readStatus, readSummary } from './read-status.ts';

const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));

/** Recorded before reports had a version, which is the only field missing. */
const withVersion = (name: string): string => JSON.stringify({ reportVersion: 1, ...recorded(name) });

test('reports recorded before the contract existed comply with it', () => {
  readStatus(withVersion('status'));
  for (const name of ['summary', 'summary-refused', 'summary-lost']) readSummary(withVersion(name));
  assert.throws(() => readSummary(JSON.stringify(recorded('summary'))), z.ZodError);
});

test('a field or value that is not in the contract is found at any depth', () => {
  const answer = recorded('summary');
  answer.source.mood = 'good';
  answer.listeners[1].queue = 3;
  answer.findings[0].code = 'MoonInTheWay';
  assert.deepEqual(beyondContract(answer, described(summary)), [
    '.source.mood',
    '.listeners[].queue',
    '.findings[].code: MoonInTheWay',
  ]);
});
