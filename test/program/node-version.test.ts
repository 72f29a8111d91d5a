import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LEAST_NODE, refuseOldNode } from '../../program/node-version.js';
import { REPOSITORY } from '../../tooling/process/folders.ts';

const startedBy = (version: string): { readonly exits: readonly number[]; readonly says: string } => {
  const exits: number[] = [];
  let says = '';
  refuseOldNode({
    version,
    exit: (code) => exits.push(code),
    stderr: {
      write: (text) => {
        says += text;
      },
    },
  });
  return { exits, says };
};

test('an old Node is told which one is needed, and where it is', () => {
  const { exits, says } = startedBy('v20.20.2');
  assert.deepEqual(exits, [2]);
  assert.match(says, /^Node 26 or newer is needed, this is v20\.20\.2\. .*npm ci.*node_modules\/\.bin\/node/);
});

test('one that is new enough is told nothing', () => {
  for (const version of ['v26.0.0', process.version, 'v100.1.0'])
    assert.deepEqual(startedBy(version), { exits: [], says: '' });
});

test('the Node that is asked for is the one that package.json names', () => {
  const { engines, optionalDependencies } = JSON.parse(
    readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
  );
  assert.equal(engines.node, `>=${LEAST_NODE}`);
  for (const version of Object.values<string>(optionalDependencies))
    assert.equal(Number(version.split('.')[0]), LEAST_NODE);
});

const FIRST_FILES = ['bin/l4balancer-proxy.js', 'bin/l4balancer-operator.js', 'test/node-version.test.js'];

test('what an old Node reads first is JavaScript that it understands', () => {
  const seen = new Set(FIRST_FILES);
  for (const path of seen)
    for (const [, specifier = ''] of readFileSync(join(REPOSITORY, path), 'utf8').matchAll(
      /^import .*?'(\.[^']+)';$/gm,
    )) {
      assert.match(specifier, /\.js$/, `${path} imports ${specifier} before the version is looked at`);
      seen.add(join(path, '..', specifier));
    }
  assert.ok(seen.has('program/node-version.js'), [...seen].join());
});
