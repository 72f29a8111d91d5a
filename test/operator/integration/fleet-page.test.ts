import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_PORT } from '../../../crds/resource-type.ts';
import type { FleetBalancer, FleetEndpoints, FleetFigures, FleetOverview } from '../../../report/fleet.ts';
import { until } from '../../../tooling/wait/until.ts';
import { render } from '../../chart/render.ts';
import { openPage, rowsOf, startBrowser, WITH_BROWSER } from '../../page/browser.ts';
import { NEEDS_OWN_NETWORK } from '../../program/own-network.ts';
import { readSummary } from '../../report/read-status.ts';
import { type Answer, get } from '../fleet/events.ts';
import { ENDPOINT_PORT, LISTENER_PORT } from './isolated-pod.ts';
import { IsolatedReplicas } from './isolated-replicas.ts';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const CLIENTS = 5;
/** Of an operator besides the one that is tested; each test says where its page is. */
const PLAIN = BASIC.filter((flag) => !flag.startsWith('--page-address')).concat('--leader-elect=false');

let world: TestWorld;
let operator: OperatorProcess;
let namespace: string;
let other: string;
let replicas: IsolatedReplicas;
const clients: Socket[] = [];

/** The right to ask the API server about tokens, exactly as the chart grants it. */
const giveReviewRight = async (): Promise<void> => {
  const name = 'l4balancer-operator-token-reviews';
  const objects = await render('page.forTokens=true');
  const role = objects.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === name);
  assert.ok(role !== undefined, 'the chart has the role');
  await world.cp.run(['apply', '-f', '-'], JSON.stringify(role));
  await world.kubectl('create', 'clusterrolebinding', name, `--clusterrole=${name}`, `--user=${OPERATOR}`);
};

before(async () => {
  world = await startWorld();
  const login = await operatorLogin(world.cp);
  await giveReviewRight();
  operator = startOperator(login, ['--page-for-tokens']);
  await operator.line('caches synced');
  namespace = await world.newNamespace();
  other = await world.newNamespace();
  replicas = new IsolatedReplicas(world, namespace, () => undefined);
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port: LISTENER_PORT, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: ENDPOINT_PORT }] }],
    workload: { replicas: 2 },
  });
  await world.apply(other, 'quiet');
  if (NEEDS_OWN_NETWORK.skip === false) {
    await replicas.letRun(2);
    await world.reason(namespace, 'edge', 'Available');
  }
});

after(async () => {
  for (const client of clients) client.destroy();
  await replicas?.stop();
  await operator?.stop();
  await world?.close();
});

const page = (path: string, headers?: Readonly<Record<string, string>>): Promise<Answer> =>
  get(operator.address('page'), path, headers);
const byToken = (path: string, token?: string): Promise<Answer> =>
  get(operator.address('metrics'), path, token === undefined ? {} : { authorization: `Bearer ${token}` });

const connectClients = async (): Promise<void> => {
  const pods = [...replicas.pods.values()];
  for (let n = 0; n < CLIENTS; n += 1) {
    const client = pods[n % 2]?.connect() ?? assert.fail('no pod');
    client.on('error', () => undefined);
    clients.push(client);
    await new Promise((resolve) => client.once('data', resolve));
  }
};

const openOf = async (): Promise<ReadonlyMap<string, number>> =>
  new Map(
    await Promise.all(
      [...replicas.pods].map(async ([pod, { ip }]) => {
        const { listeners } = readSummary(
          await (await fetch(`http://${ip}:${ADMIN_PORT}/status?summary`)).text(),
        );
        return [pod, listeners.reduce((sum, { open }) => sum + open, 0)] as const;
      }),
    ),
  );

test(
  'a balancer is shown live with each of its replicas, as their own /status has it',
  NEEDS_OWN_NETWORK,
  async () => {
    await connectClients();
    const answer = await page(`/events?balancer=${namespace}/edge`);
    assert.equal(answer.status, 200);
    const figures = new Map<string, FleetFigures>();
    await until('the figures of both replicas are those of /status', async () => {
      const open = await openOf();
      const one = await answer.event<FleetFigures>('figures');
      figures.set(one.pod, one);
      return (
        figures.size === 2 &&
        [...open.values()].reduce((sum, count) => sum + count, 0) === CLIENTS &&
        [...open].every(([pod, count]) => figures.get(pod)?.report.totals.open === count)
      );
    });
    answer.close();

    const again = await page(`/events?balancer=${namespace}/edge`);
    const shown = await again.event<FleetBalancer>('balancer', ({ replicas: all }) =>
      all.every(({ link }) => link.state === 'Live'),
    );
    assert.deepEqual(
      shown.replicas.map(({ pod, isReady }) => [pod, isReady]),
      [...replicas.pods.keys()].sort().map((pod) => [pod, true]),
    );
    assert.equal(shown.row?.reason, 'Available');
    assert.deepEqual(shown.problems, []);
    // A page that is opened later gets the last minutes as well.
    const third = await page(`/events?balancer=${namespace}/edge`);
    const { history } = await third.event<FleetFigures>('figures', (one) => one.history !== undefined);
    assert.ok((history?.totals.open.filter((value) => value !== null).length ?? 0) > 0);
    again.close();
    third.close();
  },
);

test('endpoints are asked of every replica, and of one', NEEDS_OWN_NETWORK, async () => {
  const pods = [...replicas.pods.keys()].sort();
  const open = await page(`/events?balancer=${namespace}/edge`);
  await open.event('balancer');
  const ask = async (more: string): Promise<FleetEndpoints> =>
    JSON.parse(await (await page(`/endpoints?balancer=${namespace}/edge&backend=web${more}`)).text());
  const all = await ask('');
  assert.deepEqual(all.replicas.map(({ pod }) => pod).sort(), pods);
  assert.deepEqual(all.silent, []);
  assert.equal(
    all.replicas.flatMap(({ endpoints }) => endpoints).reduce((sum, one) => sum + one.open, 0),
    CLIENTS,
  );
  const one = await ask(`&replica=${pods[0]}`);
  assert.deepEqual([one.isPart, one.replicas.map(({ pod }) => pod)], [true, [pods[0]]]);
  open.close();
});

test('the list of all balancers has what was read of their proxies', NEEDS_OWN_NETWORK, async () => {
  const answer = await page('/events');
  const { balancers, head } = await answer.event<FleetOverview>(
    'fleet',
    (seen) => seen.balancers.find(({ name }) => name === 'edge')?.traffic?.open === CLIENTS,
  );
  answer.close();
  assert.deepEqual(balancers.map((row) => `${row.namespace}/${row.name}`).sort(), [
    `${namespace}/edge`,
    `${other}/quiet`,
  ]);
  assert.deepEqual([head.isLeader, head.seesAll, head.problems], [true, true, []]);
  const edge = balancers.find(({ name }) => name === 'edge');
  assert.deepEqual(
    [edge?.ready, edge?.reason, edge?.readyReplicas, edge?.wantedReplicas, edge?.problemCount],
    ['True', 'Available', 2, 2, 0],
  );
  const quiet = balancers.find(({ name }) => name === 'quiet');
  assert.notEqual(quiet?.ready, 'True');
  assert.equal(quiet?.problems[0]?.reason, quiet?.reason, 'what keeps it from being ready comes first');
  assert.notEqual(quiet?.problems[0]?.whatToDo, '');
});

test(
  'a browser shows the same figures, of all balancers and of each replica',
  NEEDS_OWN_NETWORK.skip === false ? WITH_BROWSER : NEEDS_OWN_NETWORK,
  async (t) => {
    const browser = await startBrowser();
    t.after(() => browser.close());
    const { page: shown, problems } = await openPage(
      browser,
      operator.address('page'),
      {},
      { ready: '#balancers' },
    );
    await until(
      'the figures are those of the proxies',
      async () => (await rowsOf(shown, 'Balancers')).get('edge')?.[3] === `${CLIENTS}`,
    );
    await shown.getByRole('link', { name: 'edge' }).click();
    await shown.locator('#replicas').waitFor();
    await until('each replica has what its /status has', async () => {
      const rows = await rowsOf(shown, 'Replicas');
      return [...(await openOf())].every(([pod, open]) => rows.get(pod)?.[2] === `${open}`);
    });
    const sum = shown.locator('.card', { hasText: 'Open connections' }).locator('b');
    assert.equal(await sum.textContent(), `${CLIENTS}`);
    await shown.locator('details.backend summary').click();
    await until('endpoints are added up', async () => {
      const rows = await rowsOf(shown, 'Endpoints of web');
      return rows.get(`127.0.0.1:${ENDPOINT_PORT}`)?.[2] === `${CLIENTS}`;
    });
    assert.deepEqual(problems, []);
  },
);

test('a proxy that ends is named, and the others go on', NEEDS_OWN_NETWORK, async () => {
  const answer = await page(`/events?balancer=${namespace}/edge`);
  await answer.event<FleetBalancer>('balancer', ({ replicas: all }) =>
    all.every(({ link }) => link.state === 'Live'),
  );
  const [gone, left] = [...replicas.pods.keys()];
  replicas.pods.get(gone ?? '')?.program.child.kill('SIGKILL');
  const { replicas: shown } = await answer.event<FleetBalancer>('balancer', ({ replicas: all }) =>
    all.some(({ link }) => link.state === 'Lost'),
  );
  assert.deepEqual(
    shown.filter(({ link }) => link.state === 'Lost').map(({ pod }) => pod),
    [gone],
  );
  await answer.event<FleetFigures>('figures', ({ pod }) => pod === left);
  answer.close();
});

test('at the loopback address the page answers to its own names only', async () => {
  const html = await page('/');
  assert.equal(html.status, 200);
  assert.match(String(html.headers['content-security-policy']), /^default-src 'none'; script-src 'sha256-/);
  assert.match(await html.text(), /^<!doctype html>/);
  for (const path of ['/', '/events', '/endpoints']) {
    const rebound = await page(path, { host: 'rebound.example:8082' });
    assert.equal(rebound.status, 403, path);
    assert.equal(
      await rebound.text(),
      'This address answers to localhost, 127.0.0.1 and [::1] only; open it by one of these names.',
    );
  }
  for (const host of ['localhost', 'localhost:4711', '[::1]:8082']) {
    const named = await page('/events', { host });
    assert.equal(named.status, 200, host);
    named.close();
  }
  const crossed = await page('/events', { 'sec-fetch-site': 'cross-site' });
  assert.equal(crossed.status, 403);
});

test('a balancer that does not exist is shown as missing', async () => {
  const answer = await page(`/events?balancer=${namespace}/none`);
  const shown = await answer.event<FleetBalancer>('balancer');
  assert.deepEqual([shown.row, shown.replicas], [undefined, []]);
  answer.close();
});

test('a page too many is told so, and has room when another is closed', async () => {
  const pages: Answer[] = [];
  await until('no page of another test is open', async () => {
    for (const one of pages.splice(0)) one.close();
    for (let n = 0; n < 16; n += 1) pages.push(await page('/events'));
    return pages.every(({ status }) => status === 200);
  });
  const more = await page('/events');
  assert.equal(more.status, 503);
  assert.equal(await more.text(), '16 pages are open already, which is the most. Close another one.');
  for (const one of pages) one.close();
  await until('there is room', async () => {
    const next = await page('/events');
    next.close();
    return next.status === 200;
  });
});

/** A token of a ServiceAccount in `namespace`. */
const tokenOf = async (account: string): Promise<string> =>
  (await world.kubectl('create', 'token', account, '-n', namespace)).trim();

/** The same token, as it would be if it had expired an hour ago: signed anew by the key of the API server. */
const expired = (token: string): string => {
  const [head = '', body = ''] = token.split('.');
  const decoded = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, number>;
  const past = Math.floor(Date.now() / 1000) - 3_600;
  const claims = { ...decoded, iat: past - 3_600, nbf: past - 3_600, exp: past };
  const text = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const key = createPrivateKey(readFileSync(join(world.cp.folder, 'tokens.key')));
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};

test('beside the metrics, a token that the API server confirms decides what is seen', async () => {
  const accounts = { nothing: '', one: namespace, all: 'all' };
  for (const [account, where] of Object.entries(accounts)) {
    await world.kubectl('create', 'serviceaccount', account, '-n', namespace);
    const subject = `--serviceaccount=${namespace}:${account}`;
    if (where === 'all') {
      await world.kubectl(
        'create',
        'clusterrole',
        'sees-l4b',
        '--verb=get',
        '--resource=l4balancers.l4balancer.dev',
      );
      await world.kubectl('create', 'clusterrolebinding', 'sees-l4b', '--clusterrole=sees-l4b', subject);
    } else if (where !== '') {
      await world.kubectl(
        'create',
        'role',
        'sees-l4b',
        '-n',
        where,
        '--verb=get',
        '--resource=l4balancers.l4balancer.dev',
      );
      await world.kubectl('create', 'rolebinding', 'sees-l4b', '-n', where, '--role=sees-l4b', subject);
    }
  }

  const html = await byToken('/');
  assert.equal(html.status, 200, 'the page itself asks for the token');
  html.close();
  const good = await tokenOf('all');
  const refusals: readonly (readonly [string, string | undefined, number, RegExp])[] = [
    ['no token', undefined, 401, /^A token is needed: send one that the API server accepts/],
    ['a wrong token', 'abc', 401, /^The API server does not accept this token: it is wrong, expired,/],
    [
      'an expired token',
      expired(good),
      401,
      /^The API server does not accept this token: it is wrong, expired,/,
    ],
    [
      'no right',
      await tokenOf('nothing'),
      403,
      /^This token may get l4balancers neither in all namespaces nor in/,
    ],
  ];
  for (const path of ['/events', '/endpoints'])
    for (const [what, token, status, text] of refusals) {
      const answer = await byToken(path, token);
      assert.equal(answer.status, status, `${what} ${path}`);
      const said = await answer.text();
      assert.match(said, text);
      assert.ok(!said.includes('\n') && (token === undefined || !said.includes(token)));
      assert.equal(answer.headers['www-authenticate'], status === 401 ? 'Bearer' : undefined);
    }

  const seen = async (token: string): Promise<readonly [boolean, readonly string[]]> => {
    const answer = await byToken('/events', token);
    const { balancers, head } = await answer.event<FleetOverview>('fleet');
    answer.close();
    return [head.seesAll, balancers.map(({ name }) => name).sort()];
  };
  assert.deepEqual(await seen(good), [true, ['edge', 'quiet']]);
  const one = await tokenOf('one');
  assert.deepEqual(await seen(one), [false, ['edge']]);
  for (const path of ['/events', '/endpoints']) {
    const answer = await byToken(`${path}?balancer=${other}/quiet`, one);
    assert.equal(answer.status, 403);
    assert.equal(await answer.text(), `You may not get L4Balancers in the namespace of ${other}/quiet.`);
  }
  const own = await byToken(`/events?balancer=${namespace}/edge`, one);
  assert.equal((await own.event<FleetBalancer>('balancer')).row?.name, 'edge');
  own.close();
});

test('an answer of the API server about a token is asked for once', async () => {
  const token = await tokenOf('all');
  const reviews = (): number =>
    world.requests(OPERATOR).filter(({ what }) => what.endsWith('/tokenreviews')).length;
  const before = reviews();
  for (let n = 0; n < 5; n += 1) (await byToken('/events', token)).close();
  assert.equal(reviews() - before, 1);
});

test('the page is nowhere else, and without its setting no token opens it', async () => {
  assert.equal((await fetch(`${operator.url()}/events`)).status, 404, 'beside the health pages');
  const plain = startOperator(world.cp.kubeconfig, [], [...PLAIN, '--page-address=off']);
  await plain.line('serving health and metrics');
  assert.equal((await fetch(`http://${plain.address('metrics')}/events`)).status, 404);
  assert.equal(plain.log.find(({ msg }) => msg === 'serving health and metrics')?.page, undefined);
  await plain.stop();
});

test('an operator whose page cannot have its port works without it', async () => {
  const [, port] = operator.address('page').split(':');
  const second = startOperator(world.cp.kubeconfig, [], [...PLAIN, `--page-address=127.0.0.1:${port}`]);
  const line = await second.line('page not served');
  assert.equal(line.code, 'AddressTaken');
  await second.line('serving health and metrics');
  assert.equal((await fetch(`${second.url()}/healthz`)).status, 200);
  await second.stop();
});
