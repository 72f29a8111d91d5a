import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONS } from '../../operator/status/reasons.ts';
import { WARNING_REASONS } from '../../operator/status/warning-reasons.ts';
import { assertNone, type Finding } from './finding.ts';
import { type SourceFile, tree } from './tree.ts';

/** Tests in which reasons arise as they do for users: at a real API server, or in a cluster with nodes. */
const REAL = /^(test\/operator\/integration|e2e)\/.*\.test\.ts$/;
/** A reason that is awaited, by a call or in a row of a table. */
const AWAITED = /(?:\b(?:reason|told|warned)\([^;]*?'([A-Z]\w+)'|^\s*reason: '([A-Z]\w+)',$)/gm;

/** Each reason of the catalogues is awaited by some test, and each that is awaited is in one of them. */
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
        path: reason in WARNING_REASONS ? 'operator/status/warning-reasons.ts' : 'operator/status/reasons.ts',
        says: `no test lets ${reason} come about: add one to reasons.test.ts or warnings.test.ts of test/operator/integration, or to e2e where it takes a node`,
      })),
    ...[...awaited]
      .filter(([reason]) => !reasons.includes(reason))
      .map(([reason, path]) => ({ path, says: `awaits ${reason}, which is not in the catalogue` })),
  ];
};

test('each reason of the status, also of its warnings, comes about in a test with a real API server or a real node', () => {
  const path = 'test/operator/integration/a.test.ts';
  const text = "await world.reason(namespace, 'edge', 'Paused');\n    reason: 'CrashLoop',\n";
  assert.equal(check([{ path, text }], ['Paused', 'CrashLoop']).length, 0);
  assert.equal(check([{ path, text }], ['Paused', 'CrashLoop', 'Available']).length, 1);
  assert.equal(check([{ path, text }], ['Paused']).length, 1);
  assert.equal(check([{ path: 'test/operator/status/a.test.ts', text }], ['Paused']).length, 1);
  const warned = "await world.warned(namespace, 'edge', 'TooFewCores');\n";
  assert.equal(check([{ path, text: warned }], ['TooFewCores']).length, 0);
  assertNone(check(tree(), Object.keys({ ...REASONS, ...WARNING_REASONS })));
});
