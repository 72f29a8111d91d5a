import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clusterProvider } from '../cluster/open-cluster.ts';
import { until } from '../tooling/wait/until.ts';

const NAME = 'lifecycle';
const PROGRAM = fileURLToPath(new URL('../cluster/main.ts', import.meta.url));
const provider = await clusterProvider();

afterEach(() => provider.down(NAME));

/** Everything on this machine that carries the cluster's name. */
function traces(): string[] {
  const found: string[] = [];
  const ownerNames = [`l4b-${NAME}`, `l4balancer-${NAME}`];
  const isTrace = (text: string) => ownerNames.some((name) => text.includes(name));
  const links = execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' }).split('\n');
  found.push(...links.filter(isTrace));
  found.push(...readFileSync('/proc/mounts', 'utf8').split('\n').filter(isTrace));
  found.push(...readdirSync(tmpdir()).filter(isTrace));
  for (const hierarchy of readdirSync('/sys/fs/cgroup', { withFileTypes: true })) {
    const path = join('/sys/fs/cgroup', hierarchy.name);
    if (isTrace(path)) found.push(path);
    if (hierarchy.isDirectory()) found.push(...readdirSync(path).filter(isTrace));
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (isTrace(line)) found.push(line);
    } catch {
      // It exited between listing and reading: no trace.
    }
  }
  return found;
}

test('a cluster is created once, found again, and removed without a trace', async () => {
  const first = await provider.up(NAME, {});
  assert.ok(first.made);
  assert.notDeepEqual(traces(), []);
  const second = await provider.up(NAME, {});
  assert.ok(!second.made);
  assert.deepEqual(second.cluster.nodes, first.cluster.nodes);
  await provider.down(NAME);
  await until('the last trace is gone', async () => traces().length === 0, { withinMs: 10_000 });
  await provider.down(NAME);
});

test('the next start, and a removal, clean up whatever a start that was killed half-way has left', async () => {
  const killed = spawn(process.execPath, [PROGRAM, 'up', NAME], { stdio: 'ignore' });
  const ended = once(killed, 'exit');
  await until('the cluster has a folder', async () => existsSync(join(tmpdir(), `l4balancer-${NAME}`)));
  killed.kill('SIGKILL');
  await ended;
  const { made, cluster } = await provider.up(NAME, {});
  assert.ok(made);
  await cluster.kubectl(['get', 'nodes']);
  await provider.down(NAME);
  await until('the last trace is gone', async () => traces().length === 0, { withinMs: 10_000 });
});

test('a start that is stopped by Ctrl-C removes what it has created', async () => {
  const stopped = spawn(process.execPath, [PROGRAM, 'up', NAME], { stdio: 'ignore' });
  const ended = once(stopped, 'exit');
  await until('the cluster has a folder', async () => existsSync(join(tmpdir(), `l4balancer-${NAME}`)));
  stopped.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
  assert.deepEqual(traces(), []);
});
