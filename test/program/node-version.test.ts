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

test('an old Node exits with a message that says which version is required and where it is', () => {
  const { exits, says } = startedBy('v20.20.2');
  assert.deepEqual(exits, [2]);
  assert.match(
    says,
    /^Node 26 or newer is required, this is v20\.20\.2\. .*npm ci.*node_modules\/\.bin\/node/,
  );
});

test('a Node that is new enough prints nothing', () => {
  for (const version of ['v26.0.0', process.version, 'v100.1.0'])
    assert.deepEqual(startedBy(version), { exits: [], says: '' });
});

test('the required version of Node is the one in package.json', () => {
  const { engines, optionalDependencies } = JSON.parse(
    readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
  );
  assert.equal(engines.node, `>=${LEAST_NODE}`);
  for (const version of Object.values<string>(optionalDependencies))
    assert.equal(Number(version.split('.')[0]), LEAST_NODE);
});

const FIRST_FILES = ['bin/l4balancer-proxy.js', 'bin/l4balancer-operator.js', 'test/node-version.test.js'];

test('the files loaded before the version check are JavaScript that an old Node understands', () => {
  const seen = new Set(FIRST_FILES);
  for (const path of seen)
    for (const [, specifier = ''] of readFileSync(join(REPOSITORY, path), 'utf8').matchAll(
      /^import .*?'(\.[^']+)';$/gm,
    )) {
      assert.match(specifier, /\.js$/, `${path} imports ${specifier} before the version is checked`);
      seen.add(join(path, '..', specifier));
    }
  assert.ok(seen.has('program/node-version.js'), [...seen].join());
});
