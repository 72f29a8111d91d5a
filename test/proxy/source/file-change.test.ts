import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { watchFile } from '../../../proxy/source/file-change.ts';
import { until } from '../../../tooling/wait/until.ts';

/** What is written in place is not reported as long as the test runs, except by `LONGEST_WAIT_MS`. */
const QUIET_MS = { written: 60_000, moved: 1 };

const world = async (t: TestContext) => {
  const folder = await mkdtemp(join(tmpdir(), 'l4b-watch-'));
  const stops: (() => void)[] = [];
  t.after(async () => {
    for (const stop of stops) stop();
    await rm(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    /** Counts the reports of changes. */
    watch: (name: string, quietMs?: typeof QUIET_MS) => {
      const seen = { reports: 0 };
      stops.push(watchFile(path(name), () => seen.reports++, quietMs));
      return seen;
    },
    /** Atomically replaces a file. */
    replace: async (name: string, text: string): Promise<void> => {
      await writeFile(path(`${name}.new`), text);
      await rename(path(`${name}.new`), path(name));
    },
  };
};

test('a file that is moved to its name is reported without the wait for further writes', async (t) => {
  const { path, watch, replace } = await world(t);
  await writeFile(path('list'), 'a');
  const seen = watch('list', QUIET_MS);
  const started = performance.now();
  await replace('list', 'b');
  await until('reporting the change', () => seen.reports === 1, { everyMs: 1 });
  t.diagnostic(`reported after ${(performance.now() - started).toFixed(1)} ms`);
});

test('a file that is written in place waits until nothing more is written, and so does a new one', async (t) => {
  const { path, watch, replace } = await world(t);
  await writeFile(path('old'), 'a');
  const [old, created, moved] = [watch('old', QUIET_MS), watch('new', QUIET_MS), watch('moved', QUIET_MS)];
  await writeFile(path('old'), 'bb');
  await writeFile(path('new'), '');
  await writeFile(path('new'), 'c');
  // The kernel reports it after the others.
  await replace('moved', 'd');
  await until('reporting the file that was moved', () => moved.reports === 1, { everyMs: 1 });
  assert.deepEqual([old.reports, created.reports], [0, 0]);
  await until('reporting the others nevertheless', () => old.reports === 1 && created.reports === 1);
});

test('a file behind a symbolic link that is switched is reported, as a kubelet does it', async (t) => {
  const { path, watch } = await world(t);
  for (const name of ['one', 'two']) {
    await mkdir(path(name));
    await writeFile(path(`${name}/list`), name);
  }
  await symlink('one', path('..data'));
  await symlink('..data/list', path('list'));
  const seen = watch('list', QUIET_MS);
  await symlink('two', path('..data_tmp'));
  await rename(path('..data_tmp'), path('..data'));
  await until('reporting the change', () => seen.reports === 1, { everyMs: 1 });
});

test('what is written beside a file is not reported', async (t) => {
  const { path, watch, replace } = await world(t);
  await writeFile(path('list'), 'a');
  const seen = watch('list', QUIET_MS);
  const other = watch('other', QUIET_MS);
  for (let i = 0; i < 5; i++) {
    const before = other.reports;
    await replace('other', String(i));
    await until('reporting the other file', () => other.reports > before, { everyMs: 1 });
  }
  assert.equal(seen.reports, 0);
});

test('a file that is deleted and one that comes back are reported', async (t) => {
  const { path, watch, replace } = await world(t);
  await writeFile(path('list'), 'a');
  const seen = watch('list');
  await rm(path('list'));
  await until('reporting that it is gone', () => seen.reports === 1);
  await replace('list', 'b');
  await until('reporting that it is back', () => seen.reports === 2);
});
