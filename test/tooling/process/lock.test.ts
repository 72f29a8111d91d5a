import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { startTime, withLock } from '../../../tooling/process/lock.ts';
import { endWithThis } from '../../end-with-this.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-lock-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('two holders of the same lock work one after the other', async () => {
  const path = join(folder, 'one-by-one');
  const events: string[] = [];
  const work = (name: string) =>
    withLock(path, async () => {
      events.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} out`);
    });
  await Promise.all([work('a'), work('b')]);
  assert.deepEqual(events, ['a in', 'a out', 'b in', 'b out']);
  assert.ok(!existsSync(path));
});

test('a lock is released when the work fails', async () => {
  const path = join(folder, 'failing');
  await assert.rejects(
    withLock(path, async () => {
      throw new Error('no luck');
    }),
    /no luck/,
  );
  assert.equal(await withLock(path, async () => 'free'), 'free');
});

test('a waiting process learns the owner of the lock, and takes the lock over if the owner was killed', async () => {
  const path = join(folder, 'killed');
  const script = `
    import { withLock } from '${new URL('../../../tooling/process/lock.ts', import.meta.url).pathname}';
    await withLock('${path}', async () => { console.log('held'); await new Promise(() => setInterval(() => {}, 1000)); });
  `;
  const argv = ['--input-type=module', '-e', script];
  const owner = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(owner);
  const ended = once(owner, 'exit');
  await once(createInterface(owner.stdout), 'line');
  const owners: number[] = [];
  const taken = withLock(
    path,
    async () => 'taken over',
    (pid) => {
      owners.push(pid);
      owner.kill('SIGKILL');
    },
  );
  await ended;
  assert.equal(await taken, 'taken over');
  assert.deepEqual(owners, [owner.pid]);
});

test('a lock folder whose creator died before it wrote its process id is taken over', async () => {
  const path = join(folder, 'nameless');
  mkdirSync(path);
  const longAgo = new Date('2001-01-01');
  utimesSync(path, longAgo, longAgo);
  assert.equal(await withLock(path, async () => 'taken over'), 'taken over');
});

test('a process has a start time only while it runs', async () => {
  assert.ok(startTime(process.pid));
  const child = spawn('true');
  await once(child, 'exit');
  assert.equal(startTime(child.pid ?? 0), undefined);
});
