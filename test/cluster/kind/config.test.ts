import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeImage } from '../../../cluster/kind/config.ts';

test('kind uses the node image of L4B_KIND_IMAGE, else its default', () => {
  const image = 'kindest/node:v1.31.12';
  assert.deepEqual(nodeImage({ L4B_KIND_IMAGE: image }), ['--image', image]);
  assert.deepEqual(nodeImage({ L4B_KIND_IMAGE: '' }), []);
  assert.deepEqual(nodeImage({}), []);
});
