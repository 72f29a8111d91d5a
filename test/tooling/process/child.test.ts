import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ChildError, runChild } from '../../../tooling/process/child.ts';
import { until } from '../../../tooling/wait/until.ts';

/** Whether a process exists and is not a zombie. */
const isRunning = (pid: number): boolean => {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const failure = async (promise: Promise<unknown>): Promise<ChildError> => {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ChildError);
  return error;
};

test('a command gets its input, and its standard output is returned', async () => {
  assert.equal(await runChild(['cat'], { input: 'a\nb' }), 'a\nb');
});

test('every line of both outputs is passed on as it arrives', async () => {
  const lines: string[] = [];
  await runChild(['sh', '-c', 'echo one; echo two >&2; printf three'], {
    onLine: (line) => lines.push(line),
  });
  assert.deepEqual(lines.toSorted(), ['one', 'three', 'two']);
});

test('the error of a failed command has the exit code and the last lines', async () => {
  const error = await failure(runChild(['sh', '-c', 'for i in $(seq 30); do echo line $i; done; exit 3']));
  assert.equal(error.code, 'ChildFailed');
  assert.match(error.message, /exit code 3/);
  assert.equal(error.lastLines.length, 12);
  assert.equal(error.lastLines.at(-1), 'line 30');
});

test('the error about a program that is not installed names it', async () => {
  const error = await failure(runChild(['no-such-program-here']));
  assert.equal(error.code, 'ChildMissing');
  assert.match(error.message, /no-such-program-here is not installed/);
});

test('stopping a command also ends the processes that it started', async () => {
  const stop = new AbortController();
  const pids: number[] = [];
  const running = runChild(['sh', '-c', 'sleep 60 & echo $!; wait'], {
    signal: stop.signal,
    onLine: (line) => {
      pids.push(Number(line));
      stop.abort();
    },
  });
  assert.equal((await failure(running)).code, 'ChildStopped');
  const [pid] = pids;
  assert.ok(pid);
  // The process closes its end of the pipe a moment before it ends.
  await until(`process ${pid} to end`, async () => !isRunning(pid), { withinMs: 10_000 });
});

test('a command that ignores SIGTERM is killed after the grace period', async () => {
  const stop = new AbortController();
  const running = runChild(['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'], {
    signal: stop.signal,
    graceMs: 50,
    onLine: () => stop.abort(),
  });
  assert.equal((await failure(running)).code, 'ChildStopped');
});

test('a command is not started if its signal has already been aborted', async () => {
  const error = await failure(runChild(['true'], { signal: AbortSignal.abort() }));
  assert.equal(error.code, 'ChildStopped');
});
