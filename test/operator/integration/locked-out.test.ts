import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { LEASE_NAMESPACE, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const ACCOUNT = 'l4balancer-operator';
const FLAGS = [
  ...BASIC,
  `--leader-elect-namespace=${LEASE_NAMESPACE}`,
  '--leader-elect-lease-duration=4s',
  '--leader-elect-renew-deadline=3s',
  '--leader-elect-retry-period=1s',
];

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

/** Replaces the token that the operator reads, as the kubelet does with a projected token. */
const renewToken = async (): Promise<void> => {
  const token = (await world.kubectl('create', 'token', ACCOUNT, '-n', LEASE_NAMESPACE)).trim();
  writeFileSync(
    login,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'c',
          cluster: { server: world.cp.url, 'certificate-authority': join(world.cp.folder, 'ca.crt') },
        },
      ],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
};

const page = async (path: string): Promise<string> => {
  const answer = await fetch(`${operator.url()}${path}`);
  return `${answer.status} ${(await answer.text()).trim()}`;
};
const isReady = async (): Promise<boolean> => (await page('/readyz')) === '200 ok';
/** Waits until the page shows why the operator is not ready; returns the page. */
const unready = async (why: RegExp): Promise<string> => {
  let said = '';
  await world
    .eventually('not ready', async () => {
      said = await page('/readyz');
      return said.startsWith('503') && why.test(said);
    })
    .catch((cause: unknown) => {
      throw new Error(`/readyz never said ${why}, but: ${said}`, { cause });
    });
  return said;
};

before(async () => {
  world = await startWorld();
  await operatorLogin(world.cp); // for its Roles
  await world.kubectl('create', 'serviceaccount', ACCOUNT, '-n', LEASE_NAMESPACE);
  const account = `--serviceaccount=${LEASE_NAMESPACE}:${ACCOUNT}`;
  await world.kubectl('create', 'clusterrolebinding', 'account', `--clusterrole=${ACCOUNT}`, account);
  login = join(world.cp.folder, 'account.kubeconfig');
  await bindLease();
  await renewToken();
  await world.cp.createNamespace('shop');
  operator = startOperator(login, [], FLAGS);
  await operator.line('became leader');
  await world.eventually('ready', isReady);
});

const bindLease = () =>
  world.kubectl(
    ...['create', 'rolebinding', 'account', '-n', LEASE_NAMESPACE, `--role=${ACCOUNT}-leader-election`],
    `--serviceaccount=${LEASE_NAMESPACE}:${ACCOUNT}`,
  );

after(async () => {
  await operator?.stop('SIGKILL');
  await world?.close();
});

test('an operator that loses its permission for the Lease is not ready, reports the reason, and is ready again when it regains the permission', async () => {
  await world.kubectl('delete', 'rolebinding', 'account', '-n', LEASE_NAMESPACE);
  const said = await unready(/^503 the Lease/);
  assert.match(
    said,
    /^503 the Lease l4balancer-system\/l4balancer-operator could not be read for \d+ s, so the leader is unknown and this replica reconciles nothing: .*403 Forbidden/,
  );
  assert.equal(await page('/healthz'), '200 ok', 'a restart would not help');
  await bindLease();
  await world.eventually('ready', isReady);
});

test('an operator whose ServiceAccount was deleted and recreated is not ready, and works again with a new token without a restart', async () => {
  await world.kubectl('delete', 'serviceaccount', ACCOUNT, '-n', LEASE_NAMESPACE);
  await world.kubectl('create', 'serviceaccount', ACCOUNT, '-n', LEASE_NAMESPACE);
  const said = await unready(/^503 the API server has not accepted this operator's credentials/);
  assert.match(
    said,
    /so nothing is reconciled: .*401 Unauthorized.*delete the operator’s pod: a new pod gets a new token/,
  );
  assert.equal(await page('/healthz'), '200 ok');
  assert.equal(await operator.metric('l4balancer_operator_ready'), 0);
  const told = await operator.line('not ready');
  assert.equal(told.level, 'error');
  await renewToken();
  await world.eventually('ready', isReady);
  assert.equal(await operator.metric('l4balancer_operator_ready'), 1);
  await world.apply('shop', 'edge');
  await world.reason('shop', 'edge', 'Progressing');
});
