import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stagesOf, usesApiServer } from '../../../scripts/test/stages.ts';
import { ROOT } from '../../meta/tree.ts';

const texts: Readonly<Record<string, string>> = {
  'test/kube/pure.test.ts': "import { a } from '../../kube/a.ts';",
  'test/kube/direct.test.ts': "import { startControlPlane } from '../cluster/control-plane.ts';",
  'test/kube/helped.test.ts': "import { open } from './helper.ts';",
  'test/kube/helper.ts': "import { startControlPlane } from '../cluster/control-plane.ts';",
};
const read = (path: string): string => texts[path] ?? '';

test('a test that starts an API server, directly or through a helper, is an integration test', () => {
  assert.equal(usesApiServer('test/kube/pure.test.ts', read), false);
  assert.equal(usesApiServer('test/kube/direct.test.ts', read), true);
  assert.equal(usesApiServer('test/kube/helped.test.ts', read), true);
});

test('every test of the tree belongs to exactly one stage', () => {
  const files = stagesOf(ROOT).flatMap((stage) => stage.files);
  assert.equal(new Set(files).size, files.length);
  assert.ok(files.includes('test/scripts/test/stages.test.ts'));
});
