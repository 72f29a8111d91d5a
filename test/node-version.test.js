// JavaScript, since an old Node finds no other tests here, and would say that all of none have passed.
import { test } from 'node:test';
import { refuseOldNode } from '../program/node-version.js';

test('the tests run with the Node that the project needs', () => {
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
