import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Described, described } from '../../report/described.ts';
import { FINDINGS } from '../../report/finding.ts';
import { page } from '../../report/generate.ts';
import { status, summary } from '../../report/status.ts';

const fieldsOf = (part: Described, path: string): readonly (readonly [string, Described])[] => {
  const entry = part.items ?? part;
  const own = part.items === undefined ? path : `${path}[]`;
  return Object.entries(entry.properties ?? {}).flatMap(([name, field]) => [
    [`${own}.${name}`, field] as const,
    ...fieldsOf(field, `${own}.${name}`),
  ]);
};

const fields = fieldsOf(described(status), 'status');

test('every field of the report is described', () => {
  assert.ok(fields.length > 50);
  assert.deepEqual(
    fields.filter(([, { description }]) => description === undefined).map(([path]) => path),
    [],
  );
});

test('every string of the report has a length that readers truncate it to', () => {
  assert.deepEqual(
    fields
      .filter(([, { type, longest }]) => type === 'string' && longest === undefined)
      .map(([path]) => path),
    [],
  );
});

test('a summary has the fields of the report without the endpoints', () => {
  const inSummary = fieldsOf(described(summary), 'status').map(([path]) => path);
  assert.deepEqual(
    inSummary,
    fields.map(([path]) => path).filter((path) => !path.startsWith('status.backends[].endpoints')),
  );
});

test('the page contains every field, and every code with its meaning', () => {
  const text = page();
  for (const [path] of fields) assert.ok(text.includes(`| \`${path.split('.').at(-1)}\` |`), path);
  for (const [code, meaning] of Object.entries(FINDINGS))
    assert.ok(text.includes(`| \`${code}\` | ${meaning} |`), code);
});
