import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from './within.ts';

test('work that ends in time gives its result or its failure', async () => {
  assert.equal(await within('the work', 60, Promise.resolve(7)), 7);
  await assert.rejects(within('the work', 60, Promise.reject(new Error('it failed'))), /^Error: it failed$/);
});

test('work that never ends is a failure that says what took too long', async () => {
  await assert.rejects(
    within('the work', 0.05, new Promise(() => {})),
    /the work had not ended after 0\.05 s/,
  );
});
