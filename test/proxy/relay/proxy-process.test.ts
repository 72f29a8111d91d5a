import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProxyProcess } from './proxy-process.ts';

test('a proxy that does not start fails with its output, and leaves no folder behind', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-process-'));
  const before = process.env.TMPDIR;
  context.after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true });
  });
  process.env.TMPDIR = folder;
  await assert.rejects(
    ProxyProcess.start({ listeners: [{ name: 'l', port: 1, backend: 'none' }], backends: [] }),
    /The proxy ended with \d+ before it was ready:.*backend/s,
  );
  assert.deepEqual(readdirSync(folder), []);
});
