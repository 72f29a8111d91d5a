import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { assertNone, type Finding } from './finding.ts';
import { tree } from './tree.ts';

/** Suites that test more than one room, and what they test. */
const WHOLE: readonly string[] = [
  'test/operator/integration', // the whole operator against a real API server
  'test/proxy/relay', // the whole proxy, as a process
];

const check = (paths: readonly string[]): readonly Finding[] => {
  const folders = new Set(paths.map((path) => posix.dirname(path)));
  const hasFolder = (folder: string): boolean =>
    [...folders].some((known) => known === folder || known.startsWith(`${folder}/`));
  return paths
    .filter((path) =>
      /^test\/(cli|crds|kube|operator|page|program|proxy|report|tooling|cluster|scripts|charts|e2e)\/.*\.test\.ts$/.test(
        path,
      ),
    )
    .filter((path) => !WHOLE.some((suite) => path.startsWith(`${suite}/`)))
    .map((path) => ({ path, room: posix.dirname(path).slice('test/'.length) }))
    .filter(({ room }) => !hasFolder(room))
    .map(({ path, room }) => ({ path, message: `tests a folder ${room} that does not exist` }));
};

test('each test is in the folder that mirrors what it tests', () => {
  const source = 'kube/apply.ts';
  assert.equal(check([source, 'test/kube/apply.test.ts']).length, 0);
  assert.equal(check([source, 'test/kube/write/apply.test.ts']).length, 1);
  assertNone(check(tree().map(({ path }) => path)));
});

const isMisplaced = (path: string): boolean => path.endsWith('.test.ts') && !/^(test|e2e)\//.test(path);

test('tests are in test/ and e2e/ only', () => {
  assert.ok(isMisplaced('kube/apply.test.ts'));
  assertNone(
    tree()
      .filter(({ path }) => isMisplaced(path))
      .map(({ path }) => ({ path, message: 'must be in test/' })),
  );
});
