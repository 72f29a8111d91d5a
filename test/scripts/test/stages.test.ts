import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONG, needsPrograms, stagesOf } from '../../../scripts/test/stages.ts';
import { ROOT } from '../../meta/tree.ts';

const texts: Readonly<Record<string, string>> = {
  'test/kube/pure.test.ts': "import { a } from '../../kube/a.ts';",
  'test/kube/direct.test.ts': "import { toolProgram } from '../../tooling/assets/programs.ts';",
  'test/kube/helped.test.ts': "import { open } from './helper.ts';",
  'test/kube/clustered.test.ts': "import { open } from '../../cluster/open.ts';",
  'cluster/open.ts': "import { toolProgram } from '../tooling/assets/programs.ts';",
  'test/kube/helper.ts': "import {\n  toolProgram,\n} from '../../tooling/assets/programs.ts';",
};
const read = (path: string): string => texts[path] ?? '';

test('a test that needs Kubernetes programs, itself or through a helper, is an integration test', () => {
  assert.equal(needsPrograms('test/kube/pure.test.ts', read), false);
  assert.equal(needsPrograms('test/kube/direct.test.ts', read), true);
  assert.equal(needsPrograms('test/kube/helped.test.ts', read), true);
  assert.equal(needsPrograms('test/kube/clustered.test.ts', read), true);
});

test('every test of the tree belongs to exactly one stage', () => {
  const files = stagesOf(ROOT).flatMap((stage) => stage.files);
  assert.equal(new Set(files).size, files.length);
  assert.ok(files.includes('test/scripts/test/stages.test.ts'));
});

test('the longest files of a stage start first', () => {
  const stages = stagesOf(ROOT);
  const lost = LONG.filter((path) => !stages.some(({ files }) => files.includes(path)));
  assert.deepEqual(lost, [], 'files listed as long that no stage has');
  for (const { files } of stages) {
    const long = LONG.filter((path) => files.includes(path));
    assert.deepEqual(files.slice(0, long.length), long);
  }
});
