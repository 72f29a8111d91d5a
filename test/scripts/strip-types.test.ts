import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { IMAGES } from '../../scripts/images/inputs.ts';
import { stripFolders, toJavaScript } from '../../scripts/images/strip-types.ts';
import { REPOSITORY } from '../../scripts/process/folders.ts';

const root = mkdtempSync(join(tmpdir(), 'l4b-strip-'));
after(() => rmSync(root, { recursive: true }));

test('types are erased where they stand, and neighbours are named as JavaScript', () => {
  const text = `import { type A, b } from './b.ts';
import type { C } from '../c.ts';
const late: Promise<A> = import('./late.ts');
new Worker(new URL('../worker.ts', import.meta.url));
const other = "a text with ./d.ts in it, and 'e.ts'";
`;
  const made = toJavaScript(text);
  assert.match(made, /^import \{ +b \} from '\.\/b\.js';$/m);
  assert.doesNotMatch(made, /c\.ts|c\.js/);
  assert.match(made, /import\('\.\/late\.js'\)/);
  assert.match(made, /new URL\('\.\.\/worker\.js'/);
  assert.ok(made.includes(`"a text with ./d.ts in it, and 'e.ts'"`));
  assert.deepEqual(
    made.split('\n').map((line) => line.indexOf('=')),
    text.split('\n').map((line) => line.indexOf('=')),
    'lines and columns stay',
  );
});

for (const [name, { folders, dockerfile }] of Object.entries(IMAGES))
  test(`the ${name} runs as its image has it, by a Node that erases no types`, () => {
    const app = join(root, name);
    for (const file of ['package.json', ...folders])
      cpSync(join(REPOSITORY, file), join(app, file), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(app, 'node_modules'));
    const build = readFileSync(join(REPOSITORY, dockerfile), 'utf8');
    assert.ok(build.includes(`RUN node strip-types.ts ${folders.join(' ')}\n`), 'what the Dockerfile strips');
    assert.ok(stripFolders(folders, app) > 50);
    assert.deepEqual(globSync('{bin,crds,kube,operator,program,proxy}/**/*.ts', { cwd: app }), []);
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, ['--no-strip-types', join(app, 'bin', `l4balancer-${name}.js`), ...args], {
        encoding: 'utf8',
        env: {},
      });
    assert.deepEqual(run('--version').stdout, `l4balancer-${name} 0.1.0\n`);
    const sample = join(REPOSITORY, 'crds/samples/standalone.yaml');
    const { status, stderr } =
      name === 'proxy' ? run('--check', sample) : run('render', sample, '--proxy-image=a:1');
    assert.equal(status, 0, stderr);
    // All of it: each module is loaded, also those that only serving needs.
    const modules = globSync(`{crds,kube,program,${name}}/**/*.js`, { cwd: app }).filter(
      (path) => !/(^|\/)(main|worker|run-worker|generate|command)\.js$/.test(path),
    );
    const code = modules.map((path) => `await import(${JSON.stringify(join(app, path))});`).join('\n');
    const loaded = spawnSync(process.execPath, ['--no-strip-types', '--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    assert.equal(loaded.status, 0, loaded.stderr);
  });
