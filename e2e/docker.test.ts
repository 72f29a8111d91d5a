import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { status, type TuningEntry } from '../report/status.ts';
import { buildImages } from '../tooling/images/build-images.ts';
import { requireProgram } from '../tooling/process/find-program.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { until } from '../tooling/wait/until.ts';
import { get, webServer } from './docker/client.ts';
import { type DockerEngine, openDockerEngine } from './docker/engine.ts';
import { within } from './support/within.ts';

/**
 * The engine may be the user's, with a proxy that has the names of docs/install.md: whatever this test
 * creates has a name and a label of its own.
 */
const NAME = `l4b-test-${process.pid}`;
const LABEL = `dev.l4balancer.test=${NAME}`;
/** The names that docs/install.md and compose.yaml use. */
const USERS = { container: 'l4b', image: 'l4balancer-proxy' } as const;
const WEB_PORT = 9000;
/** The sysctls that the recipes set. */
const WANTED_FILES = 1_048_576;
const WANTED_SYSCTLS: Readonly<Record<string, string>> = {
  'net.core.somaxconn': '65535',
  'net.ipv4.tcp_tw_reuse': '1',
};

type Network = 'Own' | 'Host';

let engine: DockerEngine;
/** The folder where the recipes run, with the manifest in l4b/edge.yaml. */
let folder: string;
/** The proxy's image; its tag is a digest of its inputs. */
let image: string;
/** The endpoint, reached without the proxy. */
let web: string;
/** The user's container and image as they were before the tests. */
let users: readonly string[];

const docker = async (...args: readonly string[]): Promise<string> =>
  (await engine.run(['docker', ...args])).trim();
const node = (script: string): Promise<string> => engine.run([process.execPath, '-e', script]);

/** What docker reports about the user's container and image. */
const inspectUsers = async (): Promise<readonly string[]> => {
  const state = '{{.Id}} {{.State.Running}} {{.State.StartedAt}}';
  const container = [
    'ps',
    '--all',
    '--no-trunc',
    '--quiet',
    '--filter',
    `name=^/${USERS.container}$`,
  ] as const;
  const ids = await docker(...container);
  return [
    ids === '' ? 'no container' : await docker('inspect', '--format', state, ids),
    await docker('images', '--no-trunc', '--quiet', USERS.image),
  ];
};

/** A container and an image like those of a user who has followed docs/install.md. */
const createUsers = async (): Promise<void> => {
  await engine.run(['sh', '-c', `head -c 1024 /dev/zero | docker import - ${USERS.image}`]);
  const program = ['--entrypoint', '/usr/local/bin/node', image, '-e', 'setInterval(() => {}, 60_000)'];
  await docker('run', '--detach', '--name', USERS.container, '--network', 'none', ...program);
};

before(async () => {
  const images = await buildImages({ signal: AbortSignal.timeout(600_000), progress: () => undefined });
  const proxy = images.find(({ name }) => name === 'proxy') ?? assert.fail('no proxy image');
  engine = await openDockerEngine();
  folder = mkdtempSync(join(tmpdir(), 'l4b-docker-test-'));
  await docker('load', '--quiet', '--input', proxy.tar);
  image = proxy.reference;
  const program = ['--entrypoint', '/usr/local/bin/node', image, '-e', webServer(WEB_PORT)];
  await docker('run', '--detach', '--label', LABEL, '--network', 'host', ...program);
  if (engine.isOwn) await createUsers();
  users = await inspectUsers();
  // Every container network reaches the engine's host at this address.
  const bridge = await engine.run(['ip', '-4', '-oneline', 'address', 'show', 'docker0']);
  const [, address] = / inet ([\d.]+)\//.exec(bridge) ?? assert.fail(`docker0 has no address: ${bridge}`);
  web = `http://${address}:${WEB_PORT}`;
  mkdirSync(join(folder, 'l4b'));
  writeFileSync(
    join(folder, 'l4b/edge.yaml'),
    `apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners:
  - {name: web, port: 8080, backend: web}
  backends:
  - name: web
    endpoints:
    - {address: ${address}, port: ${WEB_PORT}}
`,
  );
});

/** Removes the containers that this test created, except those of the compose project. */
const removeContainers = async (): Promise<void> => {
  const left = await docker('ps', '--all', '--quiet', '--filter', `label=${LABEL}`);
  if (left !== '') await docker('rm', '--force', ...left.split('\n'));
};

after(async () => {
  if (engine !== undefined) {
    await removeContainers().finally(() => engine.stop());
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** The highest limit of open files that a container can get here. */
const mostFiles = (): number => {
  const [, hard = ''] =
    /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Math.min(WANTED_FILES, Number(hard));
};

/** Like `replaceAll`, for a text that must occur. */
const replaceIn = (text: string, what: string, replacement: string): string => {
  assert.ok(text.includes(what), `no "${what}" in\n${text}`);
  return text.replaceAll(what, replacement);
};

/**
 * The recipe of docs/install.md that begins with this comment, as a shell script, adapted to the limits of
 * this machine and to the test's own names.
 */
const recipe = (comment: string): string => {
  const page = readFileSync(join(REPOSITORY, 'docs/install.md'), 'utf8');
  const block =
    /^```sh\n(# Its own network[\s\S]*?)^```$/m.exec(page)?.[1] ?? assert.fail('no docker recipes');
  const part = block.split('\n\n').find((text) => text.startsWith(comment)) ?? assert.fail(`no ${comment}`);
  const named = replaceIn(part, `--name ${USERS.container} `, `--name ${NAME} --label ${LABEL} `);
  return replaceIn(replaceIn(named, ` ${USERS.image}`, ` ${image}`), `${WANTED_FILES}`, `${mostFiles()}`);
};

/** The tuning in effect, as the container's admin endpoint reports it. */
const knobs = async (container: string): Promise<ReadonlyMap<string, TuningEntry>> => {
  const text = await docker(
    'exec',
    container,
    '/usr/local/bin/node',
    '-e',
    get('http://127.0.0.1:9901/status'),
  );
  const { tuning } = status.parse(JSON.parse(text));
  return new Map(tuning.map((knob) => [knob.name, knob]));
};

const logsOf = (container: string) => async (): Promise<string> =>
  engine.run([
    'sh',
    '-c',
    `docker inspect --format '{{json .State}}' ${container}; docker logs ${container} 2>&1`,
  ]);

/** The sysctl's expected value in a container with this network: its own, or the host's. */
const expected = async (sysctl: string, network: Network): Promise<string> =>
  network === 'Own' || engine.isOwn
    ? (WANTED_SYSCTLS[sysctl] ?? assert.fail(sysctl))
    : (await engine.run(['cat', `/proc/sys/${sysctl.replaceAll('.', '/')}`])).trim();

/**
 * Asserts that a started proxy serves, as a non-root user without anything writable, with its tuning in
 * effect, and that it drains when docker stops it.
 */
const assertServes = async (container: string, network: Network): Promise<void> => {
  const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', container);
  await until(
    'docker reports the proxy as healthy',
    async () => ((await health()) === 'healthy' ? true : undefined),
    within(60, logsOf(container)),
  );
  assert.equal(await node(get('http://127.0.0.1:8080/')), 'hello');

  assert.equal(await docker('inspect', '--format', '{{.HostConfig.ReadonlyRootfs}}', container), 'true');
  const user = await docker('exec', container, '/usr/local/bin/node', '-p', 'process.getuid()');
  assert.equal(user, '65532');

  const inEffect = await knobs(container);
  const effective = (name: string): string | undefined => inEffect.get(name)?.effective;
  for (const sysctl of Object.keys(WANTED_SYSCTLS))
    assert.equal(effective(sysctl), await expected(sysctl, network), sysctl);
  assert.match(effective('file descriptors') ?? '', new RegExp(`^${mostFiles()}\\b`));

  await assertDrains(container);
};

/** Asserts that `docker stop` refuses new clients and waits for a response in progress. */
const assertDrains = async (container: string): Promise<void> => {
  const answer = node(get('http://127.0.0.1:8080/held'));
  const isHeld = async () => ((await node(get(`${web}/waiting`))) === '1' ? true : undefined);
  await until('the request is in flight', isHeld, within(30, logsOf(container)));
  const stopped = docker('stop', container);
  const isClosed = () =>
    node(get('http://127.0.0.1:8080/')).then(
      () => undefined,
      () => true as const,
    );
  await until('new clients are refused', isClosed, within(30, logsOf(container)));
  await node(get(`${web}/release`));
  assert.equal(await answer, 'held');
  await stopped;
  assert.equal(await docker('inspect', '--format', '{{.State.ExitCode}}', container), '0');
};

const runRecipe = async (comment: string, network: Network): Promise<void> => {
  // If the engine is not the test's own, the test must not change the machine's sysctls.
  const script = engine.isOwn ? recipe(comment) : recipe(comment).replace(/^sysctl .*$/m, '');
  try {
    await engine.run(['sh', '-euc', `cd '${folder}'\n${script}`]);
    await assertServes(NAME, network);
  } finally {
    // Also if docker has created the container but could not start it.
    await docker('rm', '--force', NAME);
  }
};

test('the recipe with its own network serves, sets that network’s sysctls, and drains on docker stop', () =>
  runRecipe('# Its own network', 'Own'));

test('the recipe in the host’s network serves with the host’s sysctls, and drains on docker stop', () =>
  runRecipe('# The host', 'Host'));

/** Runs compose on the copy of compose.yaml, by whichever compose is installed. */
const compose = async (profile: string, ...args: readonly string[]): Promise<string> => {
  const isPlugin = await docker('compose', 'version').then(
    () => true,
    () => false,
  );
  const program = isPlugin ? (['docker', 'compose'] as const) : ([requireProgram('docker-compose')] as const);
  const env = [`L4B_NOFILE=${mostFiles()}`, `L4B_IMAGE=${image}`];
  const file = [
    '--project-directory',
    folder,
    '--file',
    join(folder, 'compose.yaml'),
    '--project-name',
    NAME,
  ];
  return await engine.run(['env', ...env, ...program, ...file, '--profile', profile, ...args]);
};

for (const [profile, network] of [
  ['own-network', 'Own'],
  ['host-network', 'Host'],
] as const)
  test(`compose.yaml starts the proxy with the profile ${profile}`, async () => {
    if (network === 'Host' && engine.isOwn)
      for (const [name, value] of Object.entries(WANTED_SYSCTLS))
        await engine.run(['sysctl', '-qw', `${name}=${value}`]);
    cpSync(join(REPOSITORY, 'compose.yaml'), join(folder, 'compose.yaml'));
    try {
      await compose(profile, 'up', '--detach', '--no-build');
      await assertServes((await compose(profile, 'ps', '--quiet')).trim(), network);
    } finally {
      await compose(profile, 'down', '--timeout', '1');
    }
  });

test('a container and an image that have the names used in docs/install.md are left alone', async () => {
  await removeContainers();
  assert.deepEqual(await inspectUsers(), users);
});
