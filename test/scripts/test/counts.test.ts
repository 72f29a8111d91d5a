import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsOf, summary } from '../../../scripts/test/counts.ts';
import { unexpectedSkips } from '../../../scripts/test/skips.ts';

const lines = [
  '  ✓ test/a.test.ts    3 tests     0.1 s',
  '﹣ asks for more descriptors (0.12ms) # needs CAP_SYS_RESOURCE',
  '  ﹣ inner (0.1ms) # SKIP',
  'ℹ tests 6',
  'ℹ pass 2',
  'ℹ fail 1',
  'ℹ cancelled 1',
  'ℹ skipped 2',
];

test('the summary of the test runner is parsed into counts, and a cancelled test counts as failed', () => {
  assert.deepEqual(countsOf(lines), {
    passed: 2,
    failed: 2,
    skipped: ['asks for more descriptors: needs CAP_SYS_RESOURCE', 'inner: SKIP'],
  });
});

test('the summary is the sum of all stages', () => {
  const none = countsOf(['ℹ pass 5']);
  assert.equal(summary([none, none]), '10 passed, 0 failed');
  assert.equal(summary([none, countsOf(lines)]), '7 passed, 2 failed, 2 skipped');
});

test('a skipped test is unexpected unless the list names it', () => {
  const { skipped } = countsOf(lines);
  assert.deepEqual(unexpectedSkips(skipped, '# why\nasks for more descriptors\n\n'), ['inner: SKIP']);
  assert.deepEqual(unexpectedSkips(skipped, ''), skipped);
});
