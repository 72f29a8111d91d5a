import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONS } from '../../operator/status/reasons.ts';
import { assertNone, type Finding } from './finding.ts';
import { type SourceFile, tree } from './tree.ts';

/** Tests in which reasons come about as they do for users: at a real API server, or in a cluster with nodes. */
const REAL = /^(test\/operator\/integration|e2e)\/.*\.test\.ts$/;
/** A reason that is awaited, by a call or in a row of a table. */
const AWAITED = /(?:\b(?:reason|told)\([^;]*?'([A-Z]\w+)'|^\s*reason: '([A-Z]\w+)',$)/gm;

/** Each reason of the catalogue is awaited by some test, and each that is awaited is in the catalogue. */
const check = (files: readonly SourceFile[], reasons: readonly string[]): readonly Finding[] => {
  const awaited = new Map(
    files
      .filter(({ path }) => REAL.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(AWAITED)].map(([, called, inTable]) => [called ?? inTable ?? '', path] as const),
      ),
  );
  return [
    ...reasons
      .filter((reason) => !awaited.has(reason))
      .map((reason) => ({
        path: 'operator/status/reasons.ts',
        says: `no test lets ${reason} come about: add one to test/operator/integration/reasons.test.ts, or to e2e where it takes a node`,
      })),
    ...[...awaited]
      .filter(([reason]) => !reasons.includes(reason))
      .map(([reason, path]) => ({ path, says: `awaits ${reason}, which is not in the catalogue` })),
  ];
};

test('each reason of the status comes about in a test with a real API server or a real node', () => {
  const path = 'test/operator/integration/a.test.ts';
  const text = "await world.reason(namespace, 'edge', 'Paused');\n    reason: 'CrashLoop',\n";
  assert.equal(check([{ path, text }], ['Paused', 'CrashLoop']).length, 0);
  assert.equal(check([{ path, text }], ['Paused', 'CrashLoop', 'Available']).length, 1);
  assert.equal(check([{ path, text }], ['Paused']).length, 1);
  assert.equal(check([{ path: 'test/operator/status/a.test.ts', text }], ['Paused']).length, 1);
  assertNone(check(tree(), Object.keys(REASONS)));
});
