import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { accessLines } from './access-lines.ts';
import { askOnce, howDialEnds } from './client.ts';
import { startDeafListener } from './deaf-listener.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type BackendInput, ProxyProcess } from './proxy-process.ts';

/** Starts a proxy with one backend, whose endpoints have these ports. */
const serve = async (
  ports: readonly number[],
  connect: NonNullable<BackendInput['connect']>,
  change: Partial<BackendInput> = {},
): Promise<{ readonly proxy: ProxyProcess; readonly port: number }> => {
  const [port] = (await freePorts(1)) as [number];
  const endpoints = ports.map((endpoint) => ({ address: '127.0.0.1', port: endpoint }));
  const proxy = await ProxyProcess.start({
    accessLog: { mode: 'Errors' },
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [{ name: 'web', endpoints, connect, ...change }],
  });
  return { proxy, port };
};

test('when all endpoints refuse, retries stay within the budget, however many one connection may use', async () => {
  const refusing = await freePorts(10);
  const { proxy, port } = await serve(refusing, { retries: 10, retryBudgetPercent: 10 });
  try {
    const attempts = 1000;
    for (let i = 0; i < attempts; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => howDialEnds(port)));
    const retries = await proxy.metric('l4balancer_connect_retries_total');
    const denied = await proxy.metric('l4balancer_connect_retries_denied_total');
    const seconds = (await proxy.metric('process_start_time_seconds')) * -1 + Date.now() / 1000;
    // Two acceptors: the savings of each, a tenth of the connections, and ten a second for each.
    const most = 2 * 100 + attempts / 10 + 2 * 10 * seconds;
    assert.ok(retries > 0 && retries <= most, `${retries} retries, at most ${most}`);
    assert.ok(denied > attempts / 2, `${denied} denied`);
    const spent = { reason: 'RetryBudgetSpent' };
    assert.ok((await proxy.metric('l4balancer_connections_closed_total', spent)) > attempts / 2);
    assert.equal(
      await proxy.metric('l4balancer_backend_connect_failures_total', { failure: 'Refused' }),
      attempts + retries,
    );
  } finally {
    await proxy.stop();
  }
});

test('when all attempts fail, the default budget allows about twice as many attempts as clients', async () => {
  const { proxy, port } = await serve(await freePorts(10), { retries: 10 });
  try {
    const clients = 2000;
    for (let i = 0; i < clients; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => howDialEnds(port)));
    const failed = { failure: 'Refused' };
    const attempts = await proxy.metric('l4balancer_backend_connect_failures_total', failed);
    const seconds = (await proxy.metric('process_start_time_seconds')) * -1 + Date.now() / 1000;
    // One retry for each client, the savings of two acceptors, and ten a second for each.
    assert.ok(
      attempts <= 2 * clients + 2 * 100 + 2 * 10 * seconds,
      `${attempts} attempts for ${clients} clients`,
    );
    assert.ok(attempts > clients);
  } finally {
    await proxy.stop();
  }
});

test('with half of the endpoints dead, no connection fails under the default budget', async () => {
  const dead = await freePorts(2);
  const alive = await Promise.all(['a', 'b'].map((name) => startEndpoint(greet(name))));
  const { proxy, port } = await serve([...dead, ...alive.map((endpoint) => endpoint.port)], {});
  try {
    for (let i = 0; i < 20; i++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => askOnce(port)));
      assert.ok(answers.every((answer) => answer === 'a' || answer === 'b'));
    }
  } finally {
    await proxy.stop();
    await Promise.all(alive.map((endpoint) => endpoint.close()));
  }
});

test('no attempt begins after the total timeout, and the close reason is ConnectTimeout', async () => {
  const deaf = await Promise.all([startDeafListener(), startDeafListener(), startDeafListener()]);
  const { proxy, port } = await serve(
    deaf.map((one) => one.port),
    { timeout: '200ms', retries: 10, totalTimeout: '300ms' },
  );
  try {
    assert.equal(await howDialEnds(port), 'ECONNRESET');
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'ConnectTimeout' }), 1);
    // Two attempts fit, or one if the machine was late: the second begins before 300 ms have passed, a third
    // would not.
    const attempts = await proxy.metric('l4balancer_backend_connect_failures_total', { failure: 'TimedOut' });
    assert.ok(attempts === 1 || attempts === 2, `${attempts} attempts`);
  } finally {
    await proxy.stop();
    for (const one of deaf) one.close();
  }
});

test('an attempt ends at the total timeout, however long its own timeout is, and the close reason is ConnectTimeout', async () => {
  const deaf = await startDeafListener();
  const { proxy, port } = await serve([deaf.port], { timeout: '5s', retries: 0, totalTimeout: '300ms' });
  try {
    assert.equal(await howDialEnds(port), 'ECONNRESET');
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'ConnectTimeout' }), 1);
    await proxy.stop();
    const [line] = accessLines(proxy);
    assert.ok(Number(line?.durationMs) < 4000, JSON.stringify(line));
  } finally {
    await proxy.stop();
    deaf.close();
  }
});

test('the only endpoint is tried again after a pause, so that its restart fails no connection', async () => {
  const [refusing] = (await freePorts(1)) as [number];
  const { proxy, port } = await serve([refusing], { retries: 10 });
  const client = askOnce(port);
  try {
    await proxy.until('refused', async () => {
      const refused = { failure: 'Refused' };
      return (await proxy.metric('l4balancer_backend_connect_failures_total', refused)) > 0;
    });
    const restarted = await startEndpoint(greet('back'), '127.0.0.1', refusing);
    try {
      assert.equal(await client, 'back');
      assert.ok((await proxy.metric('l4balancer_connect_retries_total')) >= 1);
    } finally {
      await restarted.close();
    }
  } finally {
    await proxy.stop();
  }
});

for (const [what, connect] of [
  ['if the total timeout ends before the pause', { retries: 10, totalTimeout: '200ms' }],
  ['if no retry is allowed', { retries: 0 }],
] as const)
  test(`the only endpoint is not tried again ${what}`, async () => {
    const { proxy, port } = await serve(await freePorts(1), connect);
    try {
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      const reason = { reason: 'ConnectFailed' };
      assert.equal(await proxy.metric('l4balancer_connections_closed_total', reason), 1);
      assert.equal(
        await proxy.metric('l4balancer_backend_connect_failures_total', { failure: 'Refused' }),
        1,
      );
    } finally {
      await proxy.stop();
    }
  });

test('the access log names the endpoint that refused, and not the next one, which was never tried', async () => {
  const [refusing] = (await freePorts(1)) as [number];
  const alive = await startEndpoint(greet('alive'));
  const { proxy, port } = await serve([refusing, alive.port], { retries: 0 });
  try {
    for (let i = 0; i < 8; i++) await howDialEnds(port);
    await proxy.stop();
    const lines = accessLines(proxy);
    assert.ok(lines.length > 0, 'none was refused');
    for (const { reason, endpoint, retries } of lines)
      assert.deepEqual([reason, endpoint, retries], ['ConnectFailed', `127.0.0.1:${refusing}`, 0]);
    assert.ok(alive.accepted() > 0);
  } finally {
    await proxy.stop();
    await alive.close();
  }
});

/**
 * Whether an endpoint answers a new client, which then stays; it may be reset before it counts as connected.
 */
const isAnswered = async (port: number): Promise<boolean> =>
  once(connect(port, '127.0.0.1'), 'data').then(
    () => true,
    () => false,
  );

test('a connection without retries left does not wait for capacity at a full endpoint', async () => {
  const [refusing] = (await freePorts(1)) as [number];
  const full = await startEndpoint((socket) => socket.write('full'));
  const { proxy, port } = await serve(
    [refusing, full.port],
    { retries: 0 },
    { maxConnectionsPerEndpoint: 1 },
  );
  try {
    // The first ones may be refused.
    await until('a client is answered by the endpoint', () => isAnswered(port), {
      everyMs: 0,
      seen: () => proxy.account(),
    });
    await howDialEnds(port);
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'EndpointsFull' }), 0);
    assert.equal(await proxy.metric('l4balancer_backend_queued_connections_total'), 0);
  } finally {
    await proxy.stop();
    await full.close();
  }
});
