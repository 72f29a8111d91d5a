import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Configuration } from '../../../proxy/configuration/configuration.ts';
import { checkTicketKeysFiles } from '../../../proxy/source/check-ticket-keys.ts';
import { readTicketKeys } from '../../../proxy/source/read-ticket-keys.ts';
import { followTicketKeysFile, TicketKeysFile } from '../../../proxy/source/ticket-keys-file.ts';
import { until } from '../../../tooling/wait/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-ticket-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const twice = randomBytes(80);
const BAD: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
  ['nothing', '', /has 0 bytes instead of 240/],
  ['two keys', randomBytes(160), /has 160 bytes instead of 240: write 3 random keys of 80 bytes, in binary/],
  ['four keys', randomBytes(320), /has 320 bytes instead of 240/],
  ['keys in base64', randomBytes(180).toString('base64'), /is text: write 3 random keys/],
  ['zeros', Buffer.alloc(240), /has the same key twice/],
  ['a key twice', Buffer.concat([twice, randomBytes(80), twice]), /has the same key twice/],
  ['much more', randomBytes(70_000), /has 70000 bytes; a file of ticket keys has at most 65536/],
];

for (const [what, content, expected] of BAD)
  test(`a file of ticket keys with ${what} is refused`, () => {
    const read = readTicketKeys(write('bad.key', content));
    assert.match(read.ok ? 'accepted' : read.problem, expected);
  });

test('a check says what is wrong with which file of ticket keys', () => {
  write('good.key', randomBytes(240));
  write('short.key', randomBytes(10));
  const found = checkTicketKeysFiles(['good.key', 'short.key', 'missing.key'], folder);
  assert.deepEqual(
    found.map(({ file }) => file),
    [join(folder, 'short.key'), join(folder, 'missing.key')],
  );
  assert.match(found[1]?.finding.message ?? '', /there is no such file/);
});

/** Two listeners of which the first one names a file. */
const naming = (ticketKeysFile: string | undefined): Configuration =>
  ({
    listeners: [{ name: 'web', ...(ticketKeysFile && { ticketKeysFile }) }, { name: 'other' }],
    written: { listeners: new Map([['web', 'spec.listeners[0]']]), backends: new Map() },
  }) as never;

test('keys in a file are followed, and stay when the file is garbage, gone, or replaced by a bad one', async (t) => {
  const file = new TicketKeysFile();
  const follower = followTicketKeysFile(folder, file);
  t.after(() => follower.stop());
  let configuration = naming('keys.key');
  const found = () => file.findings(configuration).map(({ path, message }) => `${path} ${message}`);
  const keys = [randomBytes(240), randomBytes(240)] as const;
  const inUse = () =>
    keys.findIndex((one) => Buffer.compare(one, file.keysFor(configuration) ?? one.subarray(1)) === 0);

  follower.setNames(['keys.key']);
  assert.equal(file.keysFor(configuration), undefined);
  assert.match(
    found().join(),
    /tls.ticketKeysFile Cannot read .*Until it can be used, this proxy alone resumes/,
  );

  write('keys.key', keys[0]);
  await until('the keys are read', () => inUse() === 0);
  assert.deepEqual(found(), []);
  write('keys.key', 'garbage');
  await until('it is told', () => found().length === 1);
  assert.match(found().join(), /has 7 bytes instead of 240: .*The keys read before stay in use/);
  assert.equal(inUse(), 0);
  rmSync(join(folder, 'keys.key'));
  await until('that it is gone is told', () => /no such file/.test(found().join()));
  assert.equal(inUse(), 0);
  write('keys.key', keys[1]);
  await until('the new keys are read', () => inUse() === 1);
  assert.deepEqual(found(), []);

  configuration = naming('short.key');
  write('short.key', randomBytes(10));
  follower.setNames(['short.key']);
  assert.equal(inUse(), 1, 'a bad file replaces nothing');
  assert.equal(found().length, 1);
  configuration = naming(undefined);
  follower.setNames([]);
  assert.equal(file.keysFor(configuration), undefined, 'without a file, each proxy has keys of its own');
  assert.deepEqual([...file.names], []);
});
