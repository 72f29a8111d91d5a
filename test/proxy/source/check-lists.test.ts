import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkListFiles } from '../../../proxy/source/check-lists.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l4b-check-lists-'));
});
after(() => rm(folder, { recursive: true }));

const check = async (lines: readonly string[]) => {
  await writeFile(join(folder, 'list'), lines.join('\n'));
  return checkListFiles(['list'], folder);
};

test('a valid list has no problems, by a path relative to the folder or an absolute one', async () => {
  assert.deepEqual(await check(['# offices', 'allow 192.0.2.0/24;', 'deny 2001:db8::1']), []);
  assert.deepEqual(checkListFiles([join(folder, 'list')], '/'), []);
});

test('each bad entry is reported with its file, its line and what to write', async () => {
  const found = await check(['allow 10.0.0.5/8', 'deny 10.0.0.0/8', '', 'refuse 10.0.0.1', 'deny x']);
  assert.deepEqual(
    found.map(({ file, finding }) => [file, finding.line]),
    [1, 4, 5].map((line) => [join(folder, 'list'), line]),
  );
  const [hostBits, word, name] = found.map(({ finding }) => finding.message);
  assert.match(hostBits ?? '', /: write 10\.0\.0\.0\/8 for the whole range, or 10\.0\.0\.5 for the one/);
  assert.match(word ?? '', /^expected "allow" or "deny" .* found "refuse 10\.0\.0\.1"$/);
  assert.match(name ?? '', /^"x" is neither an address nor a CIDR range: write /);
});

test('a file of another kind is reported by its first lines only', async () => {
  const found = await check(Array.from({ length: 500 }, () => 'server { listen 80; }'));
  assert.equal(found.length, 11);
  assert.deepEqual(found.at(-1)?.finding, { path: '', line: 11, message: 'and more: correct these first' });
});

test('a missing list, and one that is a folder, are reported with the reason', () => {
  const problems = checkListFiles(['absent', '.'], folder).map(({ finding }) => finding.message);
  assert.match(problems[0] ?? '', /^Cannot read .*absent: there is no such file$/);
  assert.match(problems[1] ?? '', / is not a file; name the list of sources file itself$/);
});
