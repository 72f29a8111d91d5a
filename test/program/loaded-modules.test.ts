import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram } from '../proxy/program.ts';
import { loadedUntilStopped, WITNESS_FLAGS } from './loaded-files.ts';
import { startEither, untilServing } from './programs.ts';

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
  const program = await startEither('proxy', { flags: WITNESS_FLAGS });
  await untilServing('proxy', program);
  const loaded = await loadedUntilStopped(program);
  lacks(loaded, 'proxy');
  assert.ok(!has(loaded, '/undici/'));
  assert.ok(!has(loaded, 'NativeModule http2'), 'gRPC checks alone need HTTP/2');
});

test('a proxy in a pod loads of the clients of Kubernetes only what it calls', async () => {
  const program = startProgram(
    ['--admin', '127.0.0.1:0', '--acceptors', '1'],
    { ...POD, L4B_NAMESPACE: 'shop', L4B_NAME: 'edge', L4B_DRAIN_DELAY: '0s' },
    { flags: WITNESS_FLAGS },
  );
  await program.line(({ msg }) => msg === 'admin endpoint listens');
  const loaded = await loadedUntilStopped(program);
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
    { flags: WITNESS_FLAGS, entry: 'bin/l4balancer-operator.js' },
  );
  await untilServing('operator', program);
  const loaded = await loadedUntilStopped(program);
  lacks(loaded, 'operator');
  assert.ok(has(loaded, '/undici/lib/dispatcher/pool.js'));
});

test('where there is a kubeconfig, its client is loaded', async () => {
  const program = await startEither('operator', { flags: WITNESS_FLAGS });
  await untilServing('operator', program);
  assert.ok(has(await loadedUntilStopped(program), CLIENT));
});
