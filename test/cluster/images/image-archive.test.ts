import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { imageArchive, tar } from '../../../cluster/images/image-archive.ts';

const unpack = (archive: Buffer, ...args: string[]) => execFileSync('tar', [...args], { input: archive });
const PROGRAM = Buffer.from('a program');

test('tar reads names, modes and contents from the archive', () => {
  const archive = tar([
    { path: 'one', content: Buffer.alloc(512, 'x'), mode: 0o755 },
    { path: 'two', content: Buffer.from('short'), mode: 0o644 },
  ]);
  const list = unpack(archive, '-tvf', '-').toString().trim().split('\n');
  assert.match(list[0] ?? '', /^-rwxr-xr-x .* 512 .* one$/);
  assert.match(list[1] ?? '', /^-rw-r--r-- .* 5 .* two$/);
  assert.equal(unpack(archive, '-xOf', '-', 'two').toString(), 'short');
});

test('a path that is too long for a tar header is refused', () => {
  const long = { path: 'p'.repeat(101), content: PROGRAM, mode: 0o644 };
  assert.throws(() => tar([long]), /too long for a tar header/);
});

test('the image names its layer by digest, runs as an unprivileged user, and is reproducible', () => {
  const spec = { reference: 'localhost/some:1', program: '/some', architecture: 'amd64' };
  const archive = imageArchive(spec, PROGRAM);
  assert.deepEqual(imageArchive(spec, PROGRAM), archive);
  const [manifest] = JSON.parse(unpack(archive, '-xOf', '-', 'manifest.json').toString());
  assert.deepEqual(manifest.RepoTags, ['localhost/some:1']);
  const config = JSON.parse(unpack(archive, '-xOf', '-', manifest.Config).toString());
  const layer = unpack(archive, '-xOf', '-', manifest.Layers[0]);
  assert.deepEqual(config.rootfs.diff_ids, [`sha256:${createHash('sha256').update(layer).digest('hex')}`]);
  assert.equal(config.config.User, '65532:65532');
  assert.equal(unpack(layer, '-xOf', '-', 'some').toString(), 'a program');
});
