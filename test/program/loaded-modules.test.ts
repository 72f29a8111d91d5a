import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Program, startProgram } from '../proxy/program.ts';
import { startEither, untilServing } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-loaded-'));
after(() => rmSync(folder, { recursive: true }));
const FILE = join(folder, 'loaded.json');

/** Writes down at the end which files and which modules of Node were loaded. */
const WITNESS = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
if (isMainThread) process.on('exit', () => writeFileSync(${JSON.stringify(FILE)}, JSON.stringify([...loaded, ...process.moduleLoadList])));
`;
const FLAGS = ['--import', `data:text/javascript,${encodeURIComponent(WITNESS)}`];

const loadedBy = async (program: Program): Promise<readonly string[]> => {
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0, program.stderr());
  return JSON.parse(readFileSync(FILE, 'utf8'));
};

const has = (loaded: readonly string[], part: string): boolean => loaded.some((one) => one.includes(part));

/** What costs much, and where in the list it is found. */
const DEAR = {
  'the client of kubeconfigs, 85 MiB': '/@kubernetes/client-node/',
  'all of undici': '/undici/index.js',
  'all of prom-client': '/prom-client/index.js',
  'the HTTP client of Node’s own fetch': 'internal/deps/undici/undici',
} as const;
const CLIENT = DEAR['the client of kubeconfigs, 85 MiB'];

const lacks = (loaded: readonly string[], program: string): void => {
  assert.ok(has(loaded, `/${program}/command.ts`), 'what was loaded is seen');
  for (const [what, part] of Object.entries(DEAR)) assert.ok(!has(loaded, part), `loaded: ${what}`);
};

/** As the kubelet sets it for every pod. Nobody answers there. */
const POD = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };

test('a proxy that serves a manifest loads no client of Kubernetes, and nothing else that is dear', async () => {
  const program = await startEither('proxy', { flags: FLAGS });
  await untilServing('proxy', program);
  const loaded = await loadedBy(program);
  lacks(loaded, 'proxy');
  assert.ok(!has(loaded, '/undici/'));
  assert.ok(!has(loaded, 'NativeModule http2'), 'gRPC checks alone need HTTP/2');
});

test('a proxy in a pod loads of the clients of Kubernetes only what it calls', async () => {
  const program = startProgram(
    ['--admin', '127.0.0.1:0', '--acceptors', '1'],
    { ...POD, L4B_NAMESPACE: 'shop', L4B_NAME: 'edge', L4B_DRAIN_DELAY: '0s' },
    { flags: FLAGS },
  );
  await program.line(({ msg }) => msg === 'admin endpoint listens');
  const loaded = await loadedBy(program);
  lacks(loaded, 'proxy');
  assert.ok(has(loaded, '/undici/lib/dispatcher/pool.js'));
});

test('an operator in a pod loads of the clients of Kubernetes only what it calls', async () => {
  const program = startProgram(
    [
      '--proxy-image=a:1',
      '--leader-elect=false',
      '--health-address=127.0.0.1:0',
      '--metrics-address=127.0.0.1:0',
    ],
    POD,
    { flags: FLAGS, entry: 'bin/l4balancer-operator.js' },
  );
  await untilServing('operator', program);
  const loaded = await loadedBy(program);
  lacks(loaded, 'operator');
  assert.ok(has(loaded, '/undici/lib/dispatcher/pool.js'));
});

test('where there is a kubeconfig, its client is loaded', async () => {
  const program = await startEither('operator', { flags: FLAGS });
  await untilServing('operator', program);
  assert.ok(has(await loadedBy(program), CLIENT));
});
