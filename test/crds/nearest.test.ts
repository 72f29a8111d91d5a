import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../crds/nearest.ts';

const NEAREST: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['helthCheck', ['name', 'healthCheck'], 'healthCheck'],
  ['HEALTHCHECK', ['healthCheck'], 'healthCheck'],
  ['wbe', ['web', 'db'], 'web'],
  ['redis', ['web', 'db'], undefined],
  ['x', ['y'], 'y'],
  ['ports', ['port', 'sorts'], 'port'],
  ['', ['a'], undefined],
  ['completely', ['different'], undefined],
  ['a'.repeat(100_000), ['a'], undefined],
];

for (const [word, candidates, expected] of NEAREST) {
  test(`the nearest match for "${word.slice(0, 20)}" among ${candidates.join(', ')} is ${expected ?? 'none'}`, () => {
    assert.equal(nearest(word, candidates), expected);
  });
}
