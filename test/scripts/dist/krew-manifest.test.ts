import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { krewManifest } from '../../../scripts/dist/krew-manifest.ts';
import { PLATFORMS } from '../../../scripts/dist/platforms.ts';

// test/scripts/dist/shipped.test.ts has krew itself accept a manifest and install from it.
test('the manifest for krew names the archive of each platform below the address that is given', () => {
  const archives = PLATFORMS.map(({ arch }) => ({ arch, file: `it-${arch}.tar.gz`, sha256: 'a'.repeat(64) }));
  const { metadata, spec } = parse(krewManifest('1.2.3', 'https://releases.example/v1', archives));
  assert.equal(metadata.name, 'l4b');
  assert.equal(spec.version, 'v1.2.3');
  // What `kubectl krew search` shows in a line.
  assert.ok(spec.shortDescription.length <= 50);
  assert.deepEqual(spec.platforms, [
    {
      selector: { matchLabels: { os: 'linux', arch: 'amd64' } },
      uri: 'https://releases.example/v1/it-amd64.tar.gz',
      sha256: 'a'.repeat(64),
      bin: 'kubectl-l4b',
    },
    {
      selector: { matchLabels: { os: 'linux', arch: 'arm64' } },
      uri: 'https://releases.example/v1/it-arm64.tar.gz',
      sha256: 'a'.repeat(64),
      bin: 'kubectl-l4b',
    },
  ]);
});
