import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { noticesOf, noticesText } from '../../../scripts/dist/notices.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';

test('the notices have the name, version, licence and the texts of each package', () => {
  const text = noticesText(noticesOf(REPOSITORY, ['node_modules/zod', 'node_modules/undici']));
  const { version } = JSON.parse(readFileSync(`${REPOSITORY}/node_modules/zod/package.json`, 'utf8'));
  assert.ok(text.includes(`zod ${version}, MIT\n\nMIT License`), text);
  assert.ok(text.includes(readFileSync(`${REPOSITORY}/node_modules/undici/LICENSE`, 'utf8').trim()));
});

test('a package that names no licence is refused', () => {
  assert.throws(() => noticesOf(REPOSITORY, ['test/scripts/dist/no-licence']), /names no licence/);
});
