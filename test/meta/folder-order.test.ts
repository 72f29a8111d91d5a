import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FolderOf, folderOrder, foldersInside, topFolder } from './folder-order.ts';
import { type SourceFile, tree } from './tree.ts';

const files = tree().filter(({ path }) => /\.(tsx?|js)$/.test(path));

interface Level {
  readonly name: string;
  readonly folderOf: FolderOf;
  /** Two files whose folders import each other. */
  readonly example: readonly SourceFile[];
}

const inside = (room: string): Level => ({
  name: `the folders inside ${room}/ form a line`,
  folderOf: foldersInside(room),
  example: [
    { path: `${room}/a/one.ts`, text: "import type { Two } from '../b/two.ts';" },
    { path: `${room}/b/two.ts`, text: "import { three } from '../a/three.ts';" },
  ],
});

const LEVELS: readonly Level[] = [
  {
    name: 'the top folders form a line',
    folderOf: topFolder,
    example: [
      { path: 'scripts/run/one.ts', text: "import { two } from '../../e2e/two.ts';" },
      { path: 'e2e/two.ts', text: "import { lock } from '../scripts/lock.ts';" },
    ],
  },
  ...['cli', 'cluster', 'e2e', 'operator', 'proxy', 'scripts', 'tooling'].map(inside),
];

for (const { name, folderOf, example } of LEVELS)
  test(name, (t) => {
    assert.equal(folderOrder(example, folderOf).cycle.length, 2, 'the cycle of the example is not found');
    const { order, cycle } = folderOrder(files, folderOf);
    assert.deepEqual(cycle, [], `folders import each other in a cycle:\n${cycle.join('\n')}`);
    t.diagnostic(`${order.join(' ← ')}`);
  });

test('folders are listed after those that they import, and a cycle is reported import by import', () => {
  const line: readonly SourceFile[] = [
    { path: 'p/top.ts', text: "import { b } from './b/b.ts';\nawait import('./a/a.ts');" },
    { path: 'p/b/b.ts', text: "import type { A } from '../a/a.ts';" },
    { path: 'p/a/a.ts', text: "import { readFile } from 'node:fs/promises';" },
  ];
  const { order, cycle } = folderOrder(line, foldersInside('p'));
  assert.deepEqual(order, ['p/a', 'p/b', 'p']);
  assert.deepEqual(cycle, []);
  const knot = [...line, { path: 'p/a/late.ts', text: "\nimport { b } from '../b/b.ts';" }];
  assert.deepEqual(folderOrder(knot, foldersInside('p')), {
    order: [],
    cycle: ['p/b/b.ts:1 imports p/a/a.ts', 'p/a/late.ts:2 imports p/b/b.ts'],
  });
});
