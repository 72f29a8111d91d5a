import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutComments } from './comments.ts';
import { assertNone, type Check, matches } from './finding.ts';
import { isProduction, tree } from './tree.ts';

const WRITER = 'kube/apply.ts';

const check: Check = ({ path, text }) =>
  isProduction(path) && path !== WRITER
    ? matches(
        { path, text: withoutComments(text) },
        /\bmethod:\s*['"`](POST|PUT|PATCH|DELETE)['"`]/g,
        (method) => `sends ${method}; only ${WRITER} writes to the API server`,
      )
    : [];

test('only kube/apply.ts writes to the API server', () => {
  const text = "await transport.request({ method: 'PUT', path });";
  assert.equal(check({ path: 'operator/status/write.ts', text }).length, 1);
  assert.equal(check({ path: WRITER, text }).length, 0);
  assert.equal(check({ path: 'kube/a.ts', text: "// method: 'PUT' is never sent" }).length, 0);
  assertNone(tree().flatMap(check));
});
