import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { startWorld, type TestWorld } from '../operator/integration/world.ts';
import { READY, writeStatus } from './served-balancer.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PLUGIN = join(ROOT, 'bin', 'kubectl-l4b.js');
const COMPLETION = join(ROOT, 'bin', 'kubectl_complete-l4b.js');

let world: TestWorld;
let namespace: string;
const folder = mkdtempSync(join(tmpdir(), 'l4b-plugin-'));

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  // As npm installs them: links without the ending.
  symlinkSync(PLUGIN, join(folder, 'kubectl-l4b'));
  symlinkSync(COMPLETION, join(folder, 'kubectl_complete-l4b'));
});

after(async () => {
  rmSync(folder, { recursive: true });
  await world?.close();
});

interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

const start = (program: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = {
      PATH: [folder, dirname(process.execPath), process.env.PATH].join(delimiter),
      KUBECONFIG: world.cp.kubeconfig,
    };
    const child = execFile(program, args, { env, timeout: 60_000 }, (_, out, err) =>
      resolve({ exitCode: child.exitCode ?? -1, out, err }),
    );
  });

test('kubectl runs the command as a plugin, and passes its exit code on', async () => {
  const { out, exitCode } = await start(world.cp.kubectl, ['l4b', 'status', '-n', namespace]);
  assert.match(out, /^NAME +READY +REASON .*\nedge +True +Available +1\/1 /);
  assert.equal(exitCode, 0);
  const missing = await start(world.cp.kubectl, ['l4b', 'status', 'nope', '-n', namespace]);
  assert.match(missing.err, /^There is no L4Balancer nope in namespace/);
  assert.equal(missing.exitCode, 4);
});

test('kubectl finds completions of the plugin, with the names of the namespace', async () => {
  const words = ['__complete', 'l4b', 'status', '-n', namespace, 'ed'];
  const { out } = await start(world.cp.kubectl, words);
  assert.match(out, /^edge\n:4\n/);
});

test('the command runs by itself, and writes no colours into a pipe', async () => {
  const { out, exitCode } = await start('kubectl-l4b', ['status', 'edge', '-n', namespace]);
  assert.match(out, /^test-1\/edge {3}Ready, Available/);
  assert.ok(!out.includes('\u001b'));
  assert.equal(exitCode, 0);
});

test('a reader that has gone ends the command without a stack trace', async () => {
  const { err } = await start('sh', ['-c', `kubectl-l4b status -n ${namespace} -o json | true`]);
  assert.equal(err, '');
});
