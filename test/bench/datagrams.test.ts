import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runChild } from '../../tooling/process/child.ts';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import type { DatagramPlan, DatagramResult } from './load/datagram-plan.ts';
import { listens } from './measure/listening.ts';
import { measureUntil } from './measure-until.ts';

const programOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs `work` with a server of the bench's endpoints; it gets the ports of an endpoint and of the counts. */
const withEndpoint = async <T>(
  mode: 'Answer' | 'Count',
  work: (port: number, counts: number) => Promise<T>,
): Promise<T> => {
  const [counts, port] = (await freePorts(2)) as [number, number];
  const argv = [programOf('endpoints/datagram-server.ts'), '127.0.0.1', mode, String(counts), String(port)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    await until('the endpoint to be ready', () => listens(process.pid, port, 'udp'));
    return await work(port, counts);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
};

const load = async (port: number, change: Partial<DatagramPlan>): Promise<DatagramResult> => {
  const plan: DatagramPlan = {
    ...{ kind: 'Answered', address: '127.0.0.1', port, clients: 8, bytes: 64, atOnce: 1, split: false },
    ...{ rate: 0, seconds: 0.3, warmUpSeconds: 0 },
    ...change,
  };
  const program = programOf('load/datagram-program.ts');
  return JSON.parse(await runChild([process.execPath, program, JSON.stringify(plan)])) as DatagramResult;
};

test('clients that wait for answers have as many requests under way as there are clients', async () => {
  const result = await withEndpoint('Answer', (port) =>
    measureUntil(
      (seconds) => load(port, { seconds }),
      ({ arrived }) => arrived > 100,
    ),
  );
  assert.ok(result.sent - result.arrived <= 8 + (result.failures.Lost ?? 0), JSON.stringify(result));
  assert.ok((result.p50 ?? 0) > 0 && (result.p99 ?? 0) >= (result.p50 ?? 0));
});

test('at a fixed rate every request that was due is sent, and answered or lost', async () => {
  const result = await withEndpoint('Answer', (port) =>
    load(port, { kind: 'Due', rate: 500, seconds: 0.4, warmUpSeconds: 0.2 }),
  );
  assert.equal(result.sent, 300);
  assert.ok(result.arrived > 0);
  const lost = result.failures.Lost ?? 0;
  assert.ok(result.arrived + lost <= 300 && result.arrived + lost >= 200, JSON.stringify(result));
});

test('a request without an answer counts as lost, with its age', async () => {
  const result = await withEndpoint('Count', (port) => load(port, { kind: 'Due', rate: 50, seconds: 0.4 }));
  assert.equal(result.arrived, 0);
  assert.equal(result.failures.Lost, 20);
  assert.ok((result.p50 ?? 0) >= 500, JSON.stringify(result));
});

test('a flood of small datagrams is answered, several in one message where the kernel merged them', async () => {
  for (const split of [false, true]) {
    const result = await withEndpoint('Answer', (port) =>
      measureUntil(
        (seconds) => load(port, { kind: 'Flood', atOnce: 16, split, seconds }),
        ({ arrived }) => arrived > 100,
      ),
    );
    assert.ok(result.arrived <= result.sent, JSON.stringify(result));
  }
});

test('what goes one way is counted at the endpoint, datagram by datagram', async () => {
  for (const split of [false, true]) {
    const result = await withEndpoint('Count', (port, at) =>
      measureUntil(
        (seconds) =>
          load(port, {
            ...{ kind: 'OneWay', bytes: 1_200, atOnce: 20, split, seconds },
            counts: { address: '127.0.0.1', port: at },
          }),
        ({ arrived }) => arrived > 20,
      ),
    );
    assert.ok(result.arrived <= result.sent, JSON.stringify(result));
    assert.equal(result.arrivedBytes, result.arrived * 1_200);
  }
});

test('without a server the sends fail, and the failures are counted by errno', async () => {
  const [port] = (await freePorts(1)) as [number];
  const result = await load(port, {});
  assert.equal(result.arrived, 0);
  assert.ok((result.failures.ECONNREFUSED ?? 0) > 0, JSON.stringify(result));
});
