// This file is JavaScript, since an old Node finds no TypeScript tests and would report success without
// running any.
import { test } from 'node:test';
import { refuseOldNode } from '../program/node-version.js';

test('the tests run with a version of Node that the project supports', () => {
  refuseOldNode({
    version: process.version,
    stderr: process.stderr,
    exit() {
      throw new Error(
        `${process.version} is too old: run \`make test\`, or node_modules/.bin/node --test FILE`,
      );
    },
  });
});
