import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oldest, parseVersion } from '../../../operator/objects/kubernetes-version.ts';

const VERSIONS: readonly (readonly [string | undefined, string | undefined])[] = [
  ['v1.34.4', '1.34'],
  ['v1.29.3-eks-adc7111', '1.29'],
  ['v1.33.1+k3s1', '1.33'],
  ['1.30', '1.30'],
  ['v2.0.0', '2.0'],
  ['v1', undefined],
  ['v1.x', undefined],
  ['1.30 or so', undefined],
  ['', undefined],
  [undefined, undefined],
];

for (const [text, expected] of VERSIONS)
  test(`version ${text} is read as ${expected ?? 'nothing'}`, () => {
    const version = parseVersion(text);
    assert.equal(version && `${version.major}.${version.minor}`, expected);
  });

test('the oldest of several versions counts, and without any, the oldest supported one', () => {
  const minor = (...minors: readonly number[]) =>
    oldest(minors.map((one) => ({ major: 1, minor: one }))).minor;
  assert.deepEqual([minor(34, 31, 33), minor(30), minor()], [31, 30, 31]);
  assert.equal(
    oldest([
      { major: 2, minor: 0 },
      { major: 1, minor: 40 },
    ]).major,
    1,
  );
});
