import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { VERSION } from '../../../program/version.ts';
import { checksums, sha256 } from '../../../scripts/dist/archive.ts';
import { buildArchive } from '../../../scripts/dist/build-archive.ts';
import { bundleOneFile } from '../../../scripts/dist/bundle-cli.ts';
import { buildExecutable } from '../../../scripts/dist/executable.ts';
import { type Archive, KREW_MANIFEST, krewManifest } from '../../../scripts/dist/krew-manifest.ts';
import { buildNpmPackage } from '../../../scripts/dist/npm-package.ts';
import { PLATFORMS } from '../../../scripts/dist/platforms.ts';
import { validateKrew } from '../../../scripts/dist/validate-krew.ts';
import { toolProgram } from '../../../tooling/assets/programs.ts';
import { requireProgram } from '../../../tooling/process/find-program.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import { READY, writeStatus } from '../../cli/served-balancer.ts';
import { blockWith } from '../../docs/page.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';

const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), 'l4b-shipped-'));
const made = (name: string): string => {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const out = made('out');
const platform = PLATFORMS.find(({ cpu }) => cpu === process.arch) ?? assert.fail(process.arch);

let world: TestWorld;
let namespace: string;
let archive: Archive;
let tarball: string;

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  tarball = join(out, await buildNpmPackage(REPOSITORY, made('npm'), out, signal));
  archive = await buildArchive(platform, {
    root: REPOSITORY,
    version: VERSION,
    work: made('executable'),
    out,
    signal,
  });
  writeFileSync(join(out, 'SHA256SUMS'), checksums(new Map([[archive.file, archive.sha256]])));
});

after(async () => {
  rmSync(root, { recursive: true });
  await world?.close();
});

interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

interface Where {
  readonly cwd?: string;
  /** Folders in front of those in which kubectl and this Node are. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command with an empty home, and nothing of this process's environment. */
const start = (argv: readonly string[], { cwd = root, path = [], env = {} }: Where = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const [program = '', ...args] = argv;
    const PATH = [...path, dirname(world.cp.kubectl), dirname(process.execPath), '/usr/bin', '/bin'];
    const child = execFile(
      program,
      args,
      {
        cwd,
        env: {
          PATH: PATH.join(delimiter),
          HOME: made('empty-home'),
          KUBECONFIG: world.cp.kubeconfig,
          ...env,
        },
        timeout: 120_000,
        maxBuffer: 16 << 20,
      },
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, out: stdout, err: stderr }),
    );
  });

/** `kubectl l4b` with that plugin lists the balancer, and answers completion. */
const assertPlugin = async (where: Where): Promise<void> => {
  const help = await start(['kubectl', 'l4b', '--help'], where);
  assert.deepEqual({ ...help, out: '' }, { out: '', err: '', exitCode: 0 });
  assert.match(help.out, /^ {2}status {2,}Show one balancer/m);
  const status = await start(['kubectl', 'l4b', 'status', '-n', namespace], where);
  assert.match(status.out, /^NAME +READY +REASON .*\nedge +True +Available +1\/1 /, status.err);
  assert.equal(status.exitCode, 0);
  const missing = await start(['kubectl', 'l4b', 'why', 'nope', '-n', namespace], where);
  assert.match(missing.err, /^There is no L4Balancer nope in namespace/);
  assert.equal(missing.exitCode, 4);
  const words = ['kubectl', '__complete', 'l4b', 'status', '-n', namespace, 'ed'];
  assert.match((await start(words, where)).out, /^edge\n:4\n/);
};

/** What needs the operator’s code, or reads and writes much, prints the same as in a checkout. */
const assertSame = async (program: string, where: Where): Promise<void> => {
  const haproxy = join(REPOSITORY, 'test/cli/convert/inputs/haproxy.cfg');
  const sample = join(REPOSITORY, 'crds/samples/knobs.yaml');
  for (const args of [
    ['--version'],
    ['render', sample],
    ['convert', haproxy],
    ['why'],
    ['version', '--client'],
  ]) {
    const shipped = await start([program, ...args], where);
    const own = await start([process.execPath, join(REPOSITORY, 'bin/kubectl-l4b.js'), ...args]);
    assert.deepEqual(shipped, own);
    assert.notEqual(own.out + own.err, '');
  }
};

/** Runs the block of docs/cli.md that begins like this, where a release has been downloaded to. */
const install = async (begin: string, where: Where): Promise<void> => {
  const block = blockWith('cli.md', 'sh', begin).replaceAll('amd64', platform.arch);
  const { exitCode, err } = await start(['sh', '-ec', block], { cwd: out, ...where });
  assert.equal(exitCode, 0, err);
};

test('npm installs the package without anything else, and npx and kubectl run it', async () => {
  const prefix = made('npm-prefix');
  // A command whose types are stripped when it is loaded would end here.
  const env = {
    NODE_OPTIONS: '--no-strip-types',
    NPM_CONFIG_PREFIX: prefix,
    NPM_CONFIG_OFFLINE: 'true',
    NPM_CONFIG_AUDIT: 'false',
  };
  await install('npm install --global', { env });
  assert.deepEqual(readdirSync(join(prefix, 'lib', 'node_modules')), ['kubectl-l4b']);
  assert.ok(!existsSync(join(prefix, 'lib', 'node_modules', 'kubectl-l4b', 'node_modules')));
  const bin = join(prefix, 'bin');
  await assertPlugin({ env, path: [bin] });
  await assertSame(join(bin, 'kubectl-l4b'), { env });
  const npx = await start([requireProgram('npx'), '--yes', `--package=${tarball}`, 'kubectl-l4b', '--help'], {
    cwd: made('empty'),
    env,
  });
  assert.match(npx.out, /^Shows and explains the L4Balancers of a cluster/, npx.err);
});

test('the npm package has its licences and its own README, and nothing of the other programs', () => {
  const files = globSync('**/*', { cwd: join(root, 'npm') });
  for (const file of ['LICENSE', 'NOTICES.txt', 'README.md', 'package.json']) assert.ok(files.includes(file));
  const code = globSync('bin/*.js', { cwd: join(root, 'npm') }).map((file) =>
    readFileSync(join(root, 'npm', file), 'utf8'),
  );
  // Texts that occur only in koffi's callers, pino, prom-client, and the code of the page.
  for (const text of ['epoll_wait', 'pino.final', 'process_cpu_seconds_total', 'createElementNS'])
    assert.ok(!code.some((one) => one.includes(text)), text);
  const { dependencies, engines } = JSON.parse(readFileSync(join(root, 'npm/package.json'), 'utf8'));
  assert.equal(dependencies, undefined);
  assert.deepEqual(engines, { node: '>=26' });
});

test('the executable runs by itself, as plugin of kubectl, and by a link as its completion', async () => {
  const HOME = made('user');
  await install('sha256sum --check --ignore-missing', { env: { HOME } });
  const bin = join(HOME, '.local', 'bin');
  // No Node is in the PATH, and what is meant for another one does not disturb it.
  const env = { PATH: [bin, dirname(world.cp.kubectl)].join(delimiter), NODE_OPTIONS: '--no-such-option' };
  await assertPlugin({ env });
  await assertSame(join(bin, 'kubectl-l4b'), {});
});

test('the archive has the licences of this program, of Node and of the packages', async () => {
  const { out: listed } = await start(['tar', '-tzf', join(out, archive.file)]);
  assert.deepEqual(listed.trim().split('\n'), ['LICENSE', 'NOTICES.txt', 'README.md', 'kubectl-l4b']);
  const { out: notices } = await start(['tar', '-xzOf', join(out, archive.file), 'NOTICES.txt']);
  for (const line of [
    /^Node\.js 26\.\d+\.\d+, MIT and others$/m,
    /^undici [\d.]+, MIT$/m,
    /- OpenSSL, located at deps\/openssl/,
  ])
    assert.match(notices, line);
});

test('the same sources give an executable with the same bytes in any folder', async () => {
  const work = made('another-folder/with-another-name');
  await bundleOneFile(REPOSITORY, join(work, 'bundle'));
  const bundle = readFileSync(join(work, 'bundle'), 'utf8');
  const again = await buildExecutable(work, bundle, process.execPath, signal);
  assert.equal(sha256(readFileSync(again)), sha256(readFileSync(join(root, 'executable', 'kubectl-l4b'))));
});

test('krew accepts the manifest and installs the plugin from it into an empty folder', async () => {
  await validateKrew([archive], { version: VERSION, out, signal });
  await assert.rejects(
    validateKrew([{ ...archive, sha256: '0'.repeat(64) }], { version: VERSION, out, signal }),
    /^Error: krew does not accept the manifest: checksum does not match/,
  );
  writeFileSync(join(out, KREW_MANIFEST), krewManifest(VERSION, 'https://releases.example', [archive]));
  const KREW_ROOT = made('krew');
  const tools = made('tools');
  symlinkSync(await toolProgram('krew'), join(tools, 'kubectl-krew'));
  await install('kubectl krew install', { env: { KREW_ROOT }, path: [tools] });
  const bin = join(KREW_ROOT, 'bin');
  await assertPlugin({ path: [bin] });
});
