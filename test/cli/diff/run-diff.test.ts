import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { balancer } from '../../operator/owner.ts';
import { run } from '../captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-diff-'));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const old = file('old.yaml', balancer());
const tuned = file('tuned.yaml', balancer({ tuning: { profile: 'Tuned' } }));
const other = file('other.yaml', balancer({}, 'other'));
const bad = file(
  'bad.yaml',
  'apiVersion: l4balancer.dev/v1alpha1\nkind: L4Balancer\nmetadata: {name: a}\nspec: {listeners: []}\n',
);

test('two manifests are compared without a cluster, and the exit code is 1 if pods restart', async () => {
  const same = await run(['diff', old, '--against', old]);
  assert.deepEqual(same, { exitCode: 0, out: 'shop/edge: Nothing changes.\n', err: '' });
  const { out, exitCode } = await run(['diff', tuned, '--against', old]);
  assert.match(out, /^shop\/edge: All pods restart\.\n\n✗ Pods: /);
  assert.equal(exitCode, 1);
});

test('-o json has the effect of each change, for scripts', async () => {
  const { out } = await run(['diff', tuned, '--against', old, '-o', 'json']);
  const { summary, changes } = JSON.parse(out);
  assert.equal(summary, 'All pods restart.');
  assert.deepEqual([changes[0].effect, changes[0].about], ['Restarts', 'Pods']);
});

test('a manifest that was exported with its status keeps the image of its pods', async () => {
  const status = { renderRevision: 'r2', renderedImage: 'registry.test/proxy:0.9', renderedKubelet: '1.34' };
  const exported = file('exported.yaml', { ...balancer(), status });
  assert.match((await run(['render', exported])).out, /image: registry\.test\/proxy:0\.9/);
  assert.equal((await run(['diff', old, '--against', exported])).out, 'shop/edge: Nothing changes.\n');
});

const WRONG: readonly { readonly argv: readonly string[]; readonly message: RegExp }[] = [
  {
    argv: ['diff', other, '--against', old],
    message: /is about other, and .* about edge: compare two specs of one balancer/,
  },
  {
    argv: ['diff', join(folder, 'missing.yaml')],
    message: /^Cannot read .*missing\.yaml: there is no such file/,
  },
  {
    argv: ['diff', bad, '--against', old],
    message: /bad\.yaml:4: spec\.backends: .*|bad\.yaml:4: spec\.listeners/,
  },
  { argv: ['render', bad], message: /bad\.yaml:4: / },
  { argv: ['render', old, '--kubelet', 'new'], message: /"new" is no version of Kubernetes, such as 1\.34/ },
  { argv: ['render', old, '-o', 'wide'], message: /but got "wide"/ },
  { argv: ['render'], message: /FILE/ },
];
for (const { argv, message } of WRONG)
  test(`\`${argv.map((one) => one.replace(folder, '.')).join(' ')}\` is refused with exit code 2`, async () => {
    const { err, out, exitCode } = await run(argv);
    assert.match(err, message);
    assert.deepEqual({ out, exitCode }, { out: '', exitCode: 2 });
  });

test('render prints what the operator would apply, for the image and the kubelet that are named', async () => {
  const { out, exitCode } = await run([
    'render',
    tuned,
    '--proxy-image',
    'registry.test/proxy:2',
    '--kubelet',
    'v1.32.1',
  ]);
  const kinds = parseAllDocuments(out).map((one) => one.toJS()?.kind);
  assert.deepEqual(
    kinds.filter((kind) => ['Service', 'Deployment'].includes(kind)),
    ['Service', 'Deployment'],
  );
  assert.match(out, /image: registry\.test\/proxy:2/);
  assert.equal(exitCode, 0);
  const list = JSON.parse((await run(['render', old, '-o', 'json'])).out);
  assert.equal(list.kind, 'List');
});
