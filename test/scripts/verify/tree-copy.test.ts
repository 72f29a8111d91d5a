import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { copyTree, differences, treePaths } from '../../../scripts/verify/tree-copy.ts';

let folder: string;
const at = (...path: readonly string[]): string => join(folder, ...path);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'l4balancer-tree-'));
  mkdirSync(at('tree', 'a'), { recursive: true });
  execFileSync('git', ['init', '--quiet'], { cwd: at('tree') });
  writeFileSync(at('tree', '.gitignore'), '*.log\nnode_modules\n');
  writeFileSync(at('tree', 'a', 'new'), 'new');
  writeFileSync(at('tree', 'a', 'x.log'), 'log');
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the tree is every file that git tracks or would add, with edits, without ignored files', () => {
  assert.deepEqual([...treePaths(at('tree'))].sort(), ['.gitignore', 'a/new']);
});

test('the files that were changed, added or removed in a copy of the tree are its differences', () => {
  copyTree(at('tree'), at('copy'));
  assert.deepEqual(differences(treePaths(at('tree')), at('tree'), at('copy')), []);
  writeFileSync(at('copy', 'a', 'new'), 'changed');
  writeFileSync(at('copy', 'a', 'more'), '');
  rmSync(at('copy', '.gitignore'));
  assert.deepEqual(differences(['.gitignore', 'a/new', 'a/more'], at('tree'), at('copy')), [
    '.gitignore',
    'a/more',
    'a/new',
  ]);
  assert.equal(readFileSync(at('tree', 'a', 'new'), 'utf8'), 'new');
});
