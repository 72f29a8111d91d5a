import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { archiveOf, checksums, sha256 } from '../../../scripts/dist/archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-archive-'));
after(() => rmSync(folder, { recursive: true }));

const program = { path: 'program', content: Buffer.from('#!/bin/sh\necho it runs\n'), mode: 0o755 };
const licence = { path: 'LICENSE', content: Buffer.from('Free.') };

test('an archive has the same bytes whatever the order of its files and the time', async () => {
  const first = await archiveOf([program, licence]);
  const second = await archiveOf([licence, program]);
  assert.deepEqual(first, second);
  // Time of the compression: none.
  assert.equal(first.subarray(4, 8).toString('hex'), '00000000');
});

test('what tar extracts can be run, and sha256sum accepts its checksum', async () => {
  const content = await archiveOf([program, licence]);
  writeFileSync(join(folder, 'a.tar.gz'), content);
  writeFileSync(join(folder, 'SHA256SUMS'), checksums(new Map([['a.tar.gz', sha256(content)]])));
  const here = { cwd: folder, encoding: 'utf8' } as const;
  assert.equal(execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], here), 'a.tar.gz: OK\n');
  execFileSync('tar', ['-xzf', 'a.tar.gz'], here);
  assert.equal(execFileSync(join(folder, 'program'), here), 'it runs\n');
  assert.equal(readFileSync(join(folder, 'LICENSE'), 'utf8'), 'Free.');
  assert.equal(statSync(join(folder, 'LICENSE')).mode & 0o777, 0o644);
});
