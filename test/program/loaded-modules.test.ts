import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram } from '../proxy/program.ts';
import { loadedUntilStopped, WITNESS_FLAGS } from './loaded-files.ts';
import { PLUGIN_USER, startEither, untilServing } from './programs.ts';

const has = (loaded: readonly string[], part: string): boolean => loaded.some((one) => one.includes(part));

/** Modules that use much memory, with the part of the URL that identifies them. */
const EXPENSIVE = {
  'the client of kubeconfigs, 85 MiB': '/@kubernetes/client-node/',
  'all of undici': '/undici/index.js',
  'all of prom-client': '/prom-client/index.js',
  'the packages of OpenTelemetry, 25 MiB': '/@opentelemetry/sdk-',
  'the HTTP client of Node’s own fetch': 'internal/deps/undici/undici',
} as const;
const CLIENT = EXPENSIVE['the client of kubeconfigs, 85 MiB'];

const assertFrugal = (loaded: readonly string[], program: string): void => {
  assert.ok(has(loaded, `/${program}/command.ts`), 'loaded files are recorded');
  for (const [what, part] of Object.entries(EXPENSIVE)) assert.ok(!has(loaded, part), `loaded: ${what}`);
};

/** As set by the kubelet for every pod. Nothing listens there. */
const POD = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };

test('a proxy that serves a manifest loads no Kubernetes client and no other expensive module', async () => {
  const program = await startEither('proxy', { flags: WITNESS_FLAGS });
  await untilServing('proxy', program);
  const loaded = await loadedUntilStopped(program);
  assertFrugal(loaded, 'proxy');
  assert.ok(!has(loaded, '/undici/'));
  assert.ok(!has(loaded, 'NativeModule http2'), 'only gRPC checks need HTTP/2');
});

test('a proxy in a pod loads only the parts of the Kubernetes clients that it uses', async () => {
  const program = startProgram(
    ['--admin', '127.0.0.1:0', '--acceptors', '1'],
    { ...POD, L4B_NAMESPACE: 'shop', L4B_NAME: 'edge', L4B_DRAIN_DELAY: '0s' },
    { flags: WITNESS_FLAGS },
  );
  await program.line(({ msg }) => msg === 'admin endpoint listens');
  const loaded = await loadedUntilStopped(program);
  assertFrugal(loaded, 'proxy');
  assert.ok(has(loaded, '/undici/lib/dispatcher/pool.js'));
});

test('an operator in a pod loads only the parts of the Kubernetes clients that it uses', async () => {
  const program = startProgram(
    [
      '--proxy-image=a:1',
      '--leader-elect=false',
      '--health-address=127.0.0.1:0',
      '--metrics-address=127.0.0.1:0',
      '--page-address=127.0.0.1:0',
    ],
    POD,
    { flags: WITNESS_FLAGS, entry: 'bin/l4balancer-operator.js' },
  );
  await untilServing('operator', program);
  const loaded = await loadedUntilStopped(program);
  assertFrugal(loaded, 'operator');
  assert.ok(has(loaded, '/undici/lib/dispatcher/pool.js'));
  assert.ok(has(loaded, '/operator/fleet/late-fleet.ts'));
  assert.ok(!has(loaded, '/operator/fleet/open-fleet.ts'), 'the page is loaded when somebody looks');
});

for (const { title, user, isLoaded } of [
  { title: 'a token, the client for them is not loaded', user: { token: 'none' }, isLoaded: false },
  { title: 'an exec plugin, the client for them is loaded', user: PLUGIN_USER, isLoaded: true },
])
  test(`of kubeconfigs with ${title}`, async () => {
    const program = await startEither('operator', { flags: WITNESS_FLAGS, user });
    await untilServing('operator', program);
    assert.equal(has(await loadedUntilStopped(program), CLIENT), isLoaded);
  });
