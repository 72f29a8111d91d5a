import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../../cluster/control-plane/control-plane.ts';
import { until } from '../../../tooling/wait/until.ts';
import { balancer } from '../owner.ts';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';

const started: OperatorProcess[] = [];
const start = (kubeconfig: string, args: readonly string[] = []): OperatorProcess => {
  const operator = startOperator(kubeconfig, args);
  started.push(operator);
  return operator;
};
const folder = mkdtempSync(join(tmpdir(), 'l4b-start-'));

after(async () => {
  for (const operator of started) await operator.stop('SIGKILL');
  rmSync(folder, { recursive: true });
});

const kubeconfig = (server: string): string => {
  const path = join(folder, `${server.replaceAll(/\W/g, '_')}.kubeconfig`);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    clusters: [{ name: 'a', cluster: { server } }],
    users: [{ name: 'a', user: { token: 'none' } }],
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
};
const ended = (operator: OperatorProcess): Promise<number | null> =>
  operator.child.exitCode === null
    ? new Promise((resolve) => operator.child.once('exit', resolve))
    : Promise.resolve(operator.child.exitCode);

describe('a start without an API server', () => {
  test('is logged and retried; the operator is live but not ready, and stops on a signal', async () => {
    const operator = start(kubeconfig('http://127.0.0.1:1'));
    const line = await operator.line('watch lost, retrying');
    assert.equal(line.code, 'ConnectionRefused');
    const ready = await fetch(`${operator.url()}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(
      await ready.text(),
      /L4Balancer: not listed yet: .*no answer from the API server at http:\/\/127\.0\.0\.1:1/,
    );
    assert.equal((await fetch(`${operator.url()}/healthz`)).status, 200);
    assert.equal(await operator.stop(), 0);
  });

  const BAD: readonly (readonly [string, () => string, RegExp])[] = [
    ['a kubeconfig that does not exist', () => join(folder, 'none'), /none/],
    [
      'an invalid kubeconfig',
      () => {
        const path = join(folder, 'broken');
        writeFileSync(path, '{');
        return path;
      },
      /broken/,
    ],
  ];

  for (const [what, path, message] of BAD)
    test(`fails with a message and exit code 2 for ${what}`, async () => {
      const operator = start(path());
      assert.equal(await ended(operator), 2);
      assert.match(operator.stderr(), message);
      assert.equal(operator.log.at(-1)?.code, 'CredentialsInvalid');
    });

  for (const flag of ['--health-address', '--metrics-address'])
    test(`fails if the port of ${flag} is in use`, async (t) => {
      const port = await listening(t, createTcpServer());
      const image = [
        '--proxy-image=a:1',
        '--leader-elect=false',
        '--health-address=127.0.0.1:0',
        '--metrics-address=127.0.0.1:0',
        '--page-address=127.0.0.1:0',
      ];
      const args = [...image.filter((one) => !one.startsWith(flag)), `${flag}=127.0.0.1:${port}`];
      const operator = startWith(kubeconfig('http://127.0.0.1:1'), args);
      assert.equal(await ended(operator), 1);
      assert.match(
        operator.stderr(),
        new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}: another program listens there\\..*${flag}`),
      );
    });
});

/** Starts an operator with these flags only. */
const startWith = (path: string, args: readonly string[]): OperatorProcess => {
  const operator = startOperator(path, args, []);
  started.push(operator);
  return operator;
};

/**
 * An API server with one resource that never answers writes: a real one cannot be brought into this state.
 */
const HANGING: RequestListener = (request, response) => {
  const isWatch = request.url?.includes('watch=') ?? false;
  if (request.method !== 'GET' || request.url?.includes('/l4b-')) {
    if (request.method === 'GET') response.writeHead(404).end('{}');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  if (isWatch) response.flushHeaders();
  else
    response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: itemsOf(request.url ?? '') }));
};
const itemsOf = (url: string): readonly object[] =>
  url.includes('/l4balancers')
    ? [{ ...balancer(), metadata: { name: 'edge', namespace: 'shop', uid: 'u', resourceVersion: '1' } }]
    : [];

const listening = async (t: TestContext, server: Server | TcpServer): Promise<number> => {
  t.after(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

test('an API server that does not answer cannot keep the operator from stopping', async (t) => {
  const port = await listening(
    t,
    createServer(() => {}),
  );
  const operator = start(kubeconfig(`http://127.0.0.1:${port}`));
  await operator.line('serving health and metrics');
  assert.equal(await operator.stop('SIGINT'), 0);
});

test('a graceful shutdown waits for a write in flight; a second signal does not', async (t) => {
  const written = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.method === 'PATCH') written.resolve();
    HANGING(request, response);
  });
  const operator = start(kubeconfig(`http://127.0.0.1:${await listening(t, server)}`));
  await written.promise;
  operator.child.kill('SIGTERM');
  await operator.line('stop requested');
  assert.equal(operator.child.exitCode, null);
  assert.equal(await operator.stop('SIGTERM'), 143);
});

describe('a start with an API server', () => {
  let cp: ControlPlane;
  before(async () => {
    cp = await startControlPlane();
  });
  after(() => cp?.stop());

  test('without the CRD is logged, and continues as soon as the CRD exists', async () => {
    const operator = start(cp.kubeconfig);
    const line = await operator.line('CustomResourceDefinition is missing');
    assert.match(String(line.advice), /apply crds\/l4balancers\.yaml/);
    const ready = await fetch(`${operator.url()}/readyz`);
    assert.equal(ready.status, 503);
    await cp.run(['apply', '-f', new URL('../../../crds/l4balancers.yaml', import.meta.url).pathname]);
    await operator.line('caches synced');
    await until('readiness', async () => (await fetch(`${operator.url()}/readyz`)).status === 200);
    assert.equal(await operator.stop(), 0);
  });

  test('without a namespace for the Lease is logged, and the operator leads as soon as it exists', async () => {
    const operator = startWith(cp.kubeconfig, [...BASIC, '--leader-elect-namespace=of-the-lease']);
    const line = await operator.line('lease not reached, retrying');
    assert.equal(line.code, 'NotFound');
    assert.match(JSON.stringify(line), /namespaces \\"of-the-lease\\" not found/);
    await cp.createNamespace('of-the-lease');
    await operator.line('became leader');
    assert.equal(await operator.stop(), 0);
  });

  test('without permissions logs which one is missing, and retries', async () => {
    const operator = start(cp.userKubeconfig('nobody'));
    const line = await operator.line('watch lost, retrying');
    assert.equal(line.code, 'Forbidden');
    // The first line may be about another kind: each kind is refused independently.
    await until('what is missing', async () =>
      /User "nobody" cannot list resource "l4balancers"/.test(
        await (await fetch(`${operator.url()}/readyz`)).text(),
      ),
    );
    assert.equal(await operator.stop(), 0);
  });
});
