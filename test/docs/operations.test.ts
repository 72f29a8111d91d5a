import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../cluster/control-plane/definition.ts';
import { runChild } from '../../tooling/process/child.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { blockWith } from './page.ts';

const SAMPLES = ['minimal.yaml', 'knobs.yaml'];
const folder = mkdtempSync(join(tmpdir(), 'l4b-operations-'));
let cluster: ControlPlane;

before(async () => {
  cluster = await startControlPlane();
  await installDefinition(cluster);
});
after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const specs = async (): Promise<string> =>
  cluster.run(['get', 'l4b', '--all-namespaces', '-o', 'jsonpath={.items[*].spec}']);

test('the backup of docs/operations.md restores every resource as it was', async () => {
  for (const sample of SAMPLES)
    await cluster.run(
      ['apply', '-f', '-'],
      readFileSync(join(REPOSITORY, 'crds', 'samples', sample), 'utf8'),
    );
  const before = await specs();
  const command = blockWith('operations.md', 'sh', 'kubectl get l4b --all-namespaces');
  const [, get = '', sed = ''] = /^kubectl (get .*) \| (sed .*) > backup\.yaml$/m.exec(command) ?? [];
  const copy = join(folder, 'all.yaml');
  writeFileSync(copy, await cluster.run(get.split(' ')));
  const backup = await runChild(['sh', '-c', `${sed} ${copy}`]);
  await cluster.run(['delete', 'l4b', '--all']);
  assert.equal(await specs(), '');
  const restore = blockWith('operations.md', 'sh', 'kubectl apply -f backup.yaml').trim().split(' ');
  const [file = ''] = restore.slice(-1);
  await cluster.run([...restore.slice(1, -1), '-'], file === 'backup.yaml' ? backup : '');
  assert.equal(await specs(), before);
});
