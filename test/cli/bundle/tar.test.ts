import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { tar } from '../../../cli/bundle/tar.ts';

const AT = Date.parse('2026-01-02T03:04:05Z');
const LONG = `proxies/${'p'.repeat(80)}/${'c'.repeat(40)}.log`;
const archive = tar(
  [
    { path: 'empty', content: Buffer.alloc(0) },
    { path: 'folder/block', content: Buffer.alloc(512, 'x') },
    { path: LONG, content: Buffer.from('Grüße\n') },
  ],
  AT,
);
const unpack = (...args: readonly string[]): string =>
  execFileSync('tar', args, { input: archive, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });

test('tar lists what was packed, with sizes and times', () => {
  const lines = unpack('-tvf', '-').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(/\s+/).slice(2)),
    [
      ['0', '2026-01-02', '03:04', 'empty'],
      ['512', '2026-01-02', '03:04', 'folder/block'],
      ['8', '2026-01-02', '03:04', LONG],
    ],
  );
});

test('tar unpacks the very bytes', () => {
  assert.equal(unpack('-xOf', '-', LONG), 'Grüße\n');
  assert.equal(unpack('-xOf', '-', 'folder/block'), 'x'.repeat(512));
});
