import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../../../tooling/images/bundle.ts';
import { IMAGES, type ImageName } from '../../../tooling/images/inputs.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { loadedBy, loadedUntilStopped, WITNESS_FLAGS } from '../../program/loaded-files.ts';
import { Collector } from '../../program/otlp/collector.ts';
import { PLUGIN_USER, startEither, untilServing } from '../../program/programs.ts';
import { adminPort, pollAdmin, startProgram } from '../../proxy/program.ts';
import { echo, startEndpoint } from '../../proxy/relay/endpoint-server.ts';
import { manifestText } from '../../proxy/relay/proxy-process.ts';

/** Outside the checkout, since its packages would be found there. */
const root = mkdtempSync(join(tmpdir(), 'l4b-bundle-'));
after(() => rmSync(root, { recursive: true }));

const NAMES = Object.keys(IMAGES) as ImageName[];
const appOf = (name: ImageName): string => join(root, name);
const mainOf = (name: ImageName): string => join(appOf(name), 'bin', `l4balancer-${name}.js`);
/** As `startProgram` takes it. */
const entryOf = (name: ImageName): string => relative(REPOSITORY, mainOf(name));
const sample = join(REPOSITORY, 'crds/samples/standalone.yaml');

let collector: Collector;
before(async () => {
  for (const name of NAMES) await bundleProgram(name, REPOSITORY, appOf(name));
  // Here, since no test's time is enough to build it, where nothing is built yet.
  collector = await Collector.start();
});
after(() => collector?.stop());

/** A thread that cannot be started is restarted without end. */
const BOUNDED = { timeout: 60_000 };

/** No types may be left in the bundle. */
const FLAGS = ['--no-strip-types', ...WITNESS_FLAGS];

const answer = (...command: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env: {} });
  return { status, stdout, stderr };
};

for (const name of NAMES) {
  test(`the ${name} prints the same from its bundle as from its sources`, () => {
    const work = name === 'proxy' ? ['--check', sample] : ['render', sample, '--proxy-image=a:1'];
    for (const args of [['--version'], ['--help'], work, ['--nonsense']]) {
      const bundled = answer('--no-strip-types', mainOf(name), ...args);
      assert.deepEqual(bundled, answer(join(REPOSITORY, 'bin', `l4balancer-${name}.js`), ...args));
      assert.notEqual(bundled.stdout + bundled.stderr, '', `${args}`);
    }
  });

  test(`the Dockerfile of the ${name} takes the program from its bundle alone`, () => {
    const dockerfile = readFileSync(join(REPOSITORY, IMAGES[name].dockerfile), 'utf8');
    assert.match(dockerfile, new RegExp(`^RUN node tooling/images/bundle\\.ts ${name} /bundle$`, 'm'));
    const [, last = ''] = dockerfile.split(/^FROM scratch$/m);
    assert.deepEqual(last.match(/^COPY .*$/gm), [
      'COPY --from=build /root-file-system /',
      'COPY --from=build /bundle ./',
    ]);
  });

  test(`the ${name}’s bundle keeps the name, version and licence of each package, for scanners and lawyers`, () => {
    const { packages } = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
    };
    const found = globSync('node_modules/{*,@*/*}/package.json', { cwd: appOf(name) });
    for (const wanted of ['zod', 'undici', 'pino', '@kubernetes/client-node', 'openid-client'])
      assert.ok(found.includes(`node_modules/${wanted}/package.json`), wanted);
    for (const path of found) {
      const folder = path.slice(0, -'/package.json'.length);
      assert.equal(
        JSON.parse(readFileSync(join(appOf(name), path), 'utf8')).version,
        packages[folder]?.version,
        folder,
      );
      assert.notEqual(packages[folder]?.dev, true, folder);
      assert.equal(
        globSync(`${folder}/{licen,LICEN}*`, { cwd: appOf(name) }).length,
        globSync(`${folder}/{licen,LICEN}*`, { cwd: REPOSITORY }).length,
        `licence of ${folder}`,
      );
    }
  });

  test(`the ${name}’s node_modules contains only code that cannot be bundled`, () => {
    const code = globSync('node_modules/**/*.{js,cjs,mjs,node}', { cwd: appOf(name) });
    const others = code.filter((path) => !/^node_modules\/@koromix\/koffi-linux-\w+\//.test(path));
    assert.deepEqual(others, []);
    assert.equal(code.length > 0, name === 'proxy', 'the operator makes no system calls');
  });
}

/** Texts of code that no program uses: a kind of schema, and what derives the CRD's schema from zod's. */
const UNUSED = ['ZodTemplateLiteral', 'Cannot express'];

test('a bundle has the parts of zod that are used, and what is derived from the schemas as data', () => {
  for (const name of NAMES)
    for (const file of globSync('bin/*.js', { cwd: appOf(name) }))
      for (const code of UNUSED)
        assert.ok(!readFileSync(join(appOf(name), file), 'utf8').includes(code), `${name} ${file}: ${code}`);
});

/** A file of the proxy's bundle with all that it imports. */
const closureOf = (file: string, found = new Map<string, string>()): ReadonlyMap<string, string> => {
  if (found.has(file)) return found;
  const code = readFileSync(join(appOf('proxy'), 'bin', file), 'utf8');
  found.set(file, code);
  for (const [, imported = ''] of code.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) closureOf(imported, found);
  return found;
};

/** Texts that occur only in zod, yaml and pino. */
const OF_THE_CONTROL_THREAD = ['ZodString', 'BLOCK_FOLDED', 'pino'];

test('an acceptor’s thread loads nothing of what only the control thread needs', () => {
  const main = [...closureOf('l4balancer-proxy.js').keys()];
  const all = globSync('bin/*.js', { cwd: appOf('proxy') }).map((file) =>
    readFileSync(join(appOf('proxy'), file), 'utf8'),
  );
  assert.ok(main.length > 1, 'imports are followed');
  for (const text of OF_THE_CONTROL_THREAD) {
    assert.ok(
      all.some((code) => code.includes(text)),
      `${text} is in the bundle`,
    );
    for (const [file, code] of closureOf('worker.js')) assert.ok(!code.includes(text), `${file}: ${text}`);
  }
});

/** Total size of the program's files that were loaded. */
const bytesOf = (loaded: readonly string[]): number =>
  loaded
    .filter((url) => url.startsWith('file:') && fileURLToPath(url).startsWith(root))
    .reduce((sum, url) => sum + statSync(new URL(url)).size, 0);

/** Whether the loaded files contain this code. */
const hasLoaded = (loaded: readonly string[], code: string): boolean =>
  loaded.some((url) => url.startsWith('file:') && readFileSync(new URL(url), 'utf8').includes(code));

/** A probe starts every few seconds, so it must load none of the packages. */
const MOST_PROBE_BYTES = 50_000;

/** Texts that occur only in undici and only in client-node. */
const UNDICI = 'llhttp';
const CLIENT_NODE = 'kubernetes-client-javascript';
const OPENTELEMETRY = 'BatchLogRecordProcessor';

test(
  'the proxy serves from its bundle with the configured number of acceptors, and loads no Kubernetes client',
  BOUNDED,
  async (t) => {
    const endpoint = await startEndpoint(echo);
    t.after(() => endpoint.close());
    const port = await freePort();
    const manifest = join(root, 'edge.yaml');
    writeFileSync(
      manifest,
      manifestText({
        listeners: [{ name: 'echo', port, backend: 'echo' }],
        backends: [{ name: 'echo', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
      }),
    );
    const program = startProgram(
      ['--config', manifest, '--admin', '127.0.0.1:0', '--acceptors', '2'],
      { L4B_DRAIN_DELAY: '0s' },
      { flags: FLAGS, entry: entryOf('proxy') },
    );
    t.after(() => program.child.kill('SIGKILL'));
    const admin = await adminPort(program);
    await pollAdmin(admin, '/readyz', (status) => (status === 200 ? true : undefined));
    for (let visit = 0; visit < 8; visit += 1) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.end(`hello ${visit}`);
      assert.equal(await text(socket), `hello ${visit}`);
    }
    const page = await fetch(`http://127.0.0.1:${admin}/`, { headers: { accept: 'text/html' } });
    assert.equal(await page.text(), readFileSync(join(REPOSITORY, 'page/status-page.html'), 'utf8'));
    const probe = startProgram(
      ['--probe', '--admin', `127.0.0.1:${admin}`],
      {},
      { flags: FLAGS, entry: entryOf('proxy') },
    );
    const probing = await loadedBy(probe);
    assert.ok(
      bytesOf(probing) > 0 && bytesOf(probing) < MOST_PROBE_BYTES,
      `a probe loads ${bytesOf(probing)} bytes`,
    );
    const loaded = await loadedUntilStopped(program);
    assert.ok(hasLoaded(loaded, 'l4balancer_'), 'loaded files are recorded');
    assert.ok(!hasLoaded(loaded, UNDICI) && !hasLoaded(loaded, CLIENT_NODE));
    assert.ok(!hasLoaded(loaded, OPENTELEMETRY), 'there is no collector');
    assert.ok(
      !hasLoaded(loaded, 'ResizeObserver') && !hasLoaded(loaded, 'createElementNS'),
      'the page is for browsers',
    );
  },
);

for (const program of NAMES)
  test(`the ${program}’s bundle has the licences of the libraries in its page`, () => {
    for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'uplot', 'd3-sankey', 'd3-path'])
      assert.ok(existsSync(join(appOf(program), 'node_modules', name, 'LICENSE')), name);
  });

test('the operator serves its page from its bundle, loaded when somebody asks for it', BOUNDED, async (t) => {
  const program = await startEither('operator', { flags: FLAGS, entry: entryOf('operator') });
  t.after(() => program.child.kill('SIGKILL'));
  const { page } = await program.line(({ msg }) => msg === 'serving health and metrics');
  const answer = await fetch(`http://127.0.0.1:${page}/`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /^<!doctype html>[\s\S]*<\/html>\s*$/);
  const events = await fetch(`http://127.0.0.1:${page}/events`);
  assert.equal(events.headers.get('content-type'), 'text/event-stream');
  await events.body?.cancel();
});

test('the operator serves from its bundle, with a kubeconfig that has an exec plugin', BOUNDED, async (t) => {
  const options = { flags: FLAGS, entry: entryOf('operator'), user: PLUGIN_USER };
  const program = await startEither('operator', options);
  t.after(() => program.child.kill('SIGKILL'));
  await untilServing('operator', program);
  const loaded = await loadedUntilStopped(program);
  assert.ok(hasLoaded(loaded, UNDICI) && hasLoaded(loaded, CLIENT_NODE));
});

test(
  'both programs send to a collector from their bundles, and load what that takes only then',
  BOUNDED,
  async (t) => {
    const manifest = join(root, 'sending.yaml');
    writeFileSync(
      manifest,
      manifestText({
        listeners: [{ name: 'web', port: await freePort(), backend: 'web' }],
        backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 9 }] }],
        otlp: { endpoint: collector.endpoint },
      }),
    );
    const proxy = startProgram(
      ['--config', manifest, '--admin', '127.0.0.1:0', '--acceptors', '1'],
      { L4B_DRAIN_DELAY: '0s' },
      { flags: FLAGS, entry: entryOf('proxy') },
    );
    t.after(() => proxy.child.kill('SIGKILL'));
    await pollAdmin(await adminPort(proxy), '/readyz', (status) => (status === 200 ? true : undefined));
    assert.ok(hasLoaded(await loadedUntilStopped(proxy), OPENTELEMETRY));
    const env = { L4B_OTLP_ENDPOINT: collector.endpoint };
    const operator = await startEither('operator', { flags: FLAGS, entry: entryOf('operator'), env });
    t.after(() => operator.child.kill('SIGKILL'));
    await untilServing('operator', operator);
    assert.ok(hasLoaded(await loadedUntilStopped(operator), OPENTELEMETRY));
    await until('both have sent their last metrics', () =>
      ['l4balancer_table_version', 'l4balancer_operator_ready'].every((name) => collector.metrics.has(name)),
    );
  },
);
