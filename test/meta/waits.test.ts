import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, matches } from './finding.ts';
import { tree } from './tree.ts';

const PAUSE = String.raw`await (?:sleep\(|new Promise(?:<void>)?\((?:setImmediate|\(\w+\) => set(?:Timeout|Immediate)\())`;
/**
 * A loop that polls: its body is a pause, or ends with one.
 * A loop that runs until a flag stops it does not count.
 */
const POLLING = new RegExp(
  String.raw`^( *)(?:while \((?!!?\w+\) )|for \(;;).*(?:\n? +${PAUSE}.*|\{\n(?:\1 +.*\n|\n)*?\1  ${PAUSE}.*\n\1\})$`,
  'gm',
);

const check: Check = (file) =>
  matches(file, POLLING, () => 'polls without a time limit: use tooling/wait/until.ts');

test('tests poll with a time limit, and report what they saw instead', () => {
  const finds = (text: string): number => check({ path: 'test/a.test.ts', text }).length;
  assert.equal(finds('  while (!done()) await sleep(1);'), 1);
  assert.equal(finds('  while (!done())\n    await new Promise((resolve) => setTimeout(resolve, 20));'), 1);
  assert.equal(finds('  while (!done()) {\n    look();\n    await new Promise(setImmediate);\n  }'), 1);
  assert.equal(finds('  for (;;) {\n    if (done()) return;\n    await sleep(20);\n  }'), 1);
  assert.equal(finds("  await until('done', done);\n  await sleep(20);"), 0);
  assert.equal(finds('  for (const one of all) {\n    await sleep(one);\n  }'), 0);
  assert.equal(finds('  while (!isOver) {\n    act();\n    await sleep(20);\n  }'), 0);
  assertNone(
    tree()
      .filter(({ path }) => /^test\/(?!bench\/|soak\/).*\.ts$/.test(path))
      .flatMap(check),
  );
});
