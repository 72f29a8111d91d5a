import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONS } from '../../report/reasons/reasons.ts';
import { WARNING_REASONS } from '../../report/reasons/warning-reasons.ts';
import { assertNone, type Finding } from './finding.ts';
import { type SourceFile, tree } from './tree.ts';

/** Tests in which reasons arise as they do for users: with a real API server, or in a cluster with nodes. */
const REAL = /^(test\/operator\/integration|e2e)\/.*\.test\.ts$/;
/** A reason that a test waits for, in a call or in a row of a table. */
const AWAITED = /(?:\b(?:reason|messageFor|warned)\([^;]*?'([A-Z]\w+)'|^\s*reason: '([A-Z]\w+)',$)/gm;

/** Tests must wait for every reason of the catalogues, and for no others. */
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
        path: reason in WARNING_REASONS ? 'report/reasons/warning-reasons.ts' : 'report/reasons/reasons.ts',
        message: `no test produces ${reason}: add one to reasons.test.ts or warnings.test.ts in test/operator/integration, or to e2e if it needs a node`,
      })),
    ...[...awaited]
      .filter(([reason]) => !reasons.includes(reason))
      .map(([reason, path]) => ({ path, message: `waits for ${reason}, which is not in the catalogue` })),
  ];
};

test('every reason of the status and of its warnings occurs in a test with a real API server or a real node', () => {
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
