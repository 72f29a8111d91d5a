import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../../cluster/control-plane/control-plane.ts';
import { until } from '../../../tooling/wait/until.ts';

const CONFIG_MAP = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kept' },
  data: { a: 'b' },
});
const DEPLOYMENT = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'none' }] } },
  },
});

/** Ids of the processes whose command line names `folder`. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false; // ended between listing and reading
    }
  });
}

async function withControlPlane(
  options: Parameters<typeof startControlPlane>[0],
  body: (plane: ControlPlane) => Promise<void>,
): Promise<void> {
  const plane = await startControlPlane(options);
  try {
    await body(plane);
  } finally {
    await plane.stop();
  }
}

test('a control plane serves, keeps its data when the API server is killed, and leaves nothing behind', async () => {
  const started = performance.now();
  const plane = await startControlPlane({ auditLog: true });
  console.log(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  try {
    await plane.run(['apply', '-f', '-'], CONFIG_MAP);
    await plane.killApiServer();
    await assert.rejects(plane.run(['get', 'configmap', 'kept']), /refused/);
    await plane.startApiServer();
    assert.equal(await plane.run(['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}']), 'b');

    assert.ok(plane.auditLog);
    const created = plane.auditLog.events().filter((event) => event.objectRef?.name === 'kept');
    assert.deepEqual([...new Set(created.map((event) => event.verb))].sort(), ['create', 'get']);
  } finally {
    await plane.stop();
  }
  assert.ok(!existsSync(plane.folder));
  assert.deepEqual(processesOf(plane.folder), []);
});

test('a user has only the rights that RBAC grants to its groups', async () => {
  await withControlPlane({}, async (plane) => {
    const mine = ['--kubeconfig', plane.userKubeconfig('jane', ['readers'])];
    await plane.run(['create', 'clusterrole', 'reading', '--verb=get,list', '--resource=services']);
    await plane.run(['create', 'clusterrolebinding', 'readers', '--clusterrole=reading', '--group=readers']);
    await until('the binding to be known', async () => {
      return (await plane.run([...mine, 'auth', 'can-i', 'list', 'services']).catch(String)).startsWith(
        'yes',
      );
    });
    await plane.run([...mine, 'get', 'services']);
    await assert.rejects(plane.run([...mine, 'create', 'configmap', 'x']), /User "jane" cannot create/);
  });
});

test('with a controller manager, a Deployment gets pods, and deleting it deletes them', async () => {
  await withControlPlane({ controllerManager: true }, async (plane) => {
    await plane.createNamespace('shop');
    await plane.run(['apply', '-n', 'shop', '-f', '-'], DEPLOYMENT);
    const pods = () => plane.run(['get', 'pods', '-n', 'shop', '-o', 'name']);
    await until('a pod', async () => (await pods()).startsWith('pod/web-'));
    await plane.run(['delete', 'deployment', 'web', '-n', 'shop']);
    await until('no pod', async () => (await pods()) === '');

    await plane.restartControllerManager();
    await plane.run(['apply', '-n', 'shop', '-f', '-'], DEPLOYMENT);
    await until('a pod again', async () => (await pods()).startsWith('pod/web-'));
  });
});

test('two control planes run side by side', async () => {
  await withControlPlane({}, async (one) => {
    await withControlPlane({}, async (other) => {
      assert.notEqual(one.url, other.url);
      await one.run(['create', 'configmap', 'only-here']);
      await assert.rejects(other.run(['get', 'configmap', 'only-here']), /not found/);
    });
  });
});

test('a control plane ends with the process that started it, even if that is killed', async () => {
  const script = `
    import { startControlPlane } from '${new URL('../../../cluster/control-plane/control-plane.ts', import.meta.url).pathname}';
    console.log((await startControlPlane()).folder);
    setInterval(() => {}, 1000);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(owner, 'exit');
  const [folder] = await once(createInterface(owner.stdout), 'line');
  assert.notDeepEqual(processesOf(folder), []);
  owner.kill('SIGKILL');
  await ended;
  await until('the processes to end', async () => processesOf(folder).length === 0);
  await until('the folder to go', async () => !existsSync(folder));
});

test('the error of a failed start has the last log lines of the failed program', async () => {
  await assert.rejects(startControlPlane({ apiServerArgs: ['--no-such-flag'] }), (error: Error) => {
    assert.match(error.message, /kube-apiserver ended \(1\)/);
    assert.match(error.message, /unknown flag: --no-such-flag/);
    return true;
  });
});
