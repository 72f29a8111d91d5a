import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ChildError, runChild } from '../../../tooling/process/child.ts';
import { until } from '../../../tooling/wait/until.ts';

/** Whether a process exists and has not ended; one that nobody has waited for yet has. */
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

test('a command gives back its standard output and takes its input', async () => {
  assert.equal(await runChild(['cat'], { input: 'a\nb' }), 'a\nb');
});

test('every line of both outputs is told as it comes', async () => {
  const lines: string[] = [];
  await runChild(['sh', '-c', 'echo one; echo two >&2; printf three'], {
    onLine: (line) => lines.push(line),
  });
  assert.deepEqual(lines.toSorted(), ['one', 'three', 'two']);
});

test('a failure carries the exit code and the last lines', async () => {
  const error = await failure(runChild(['sh', '-c', 'for i in $(seq 30); do echo line $i; done; exit 3']));
  assert.equal(error.code, 'ChildFailed');
  assert.match(error.message, /exit code 3/);
  assert.equal(error.lastLines.length, 12);
  assert.equal(error.lastLines.at(-1), 'line 30');
});

test('a program that is not installed is named', async () => {
  const error = await failure(runChild(['no-such-program-here']));
  assert.equal(error.code, 'ChildMissing');
  assert.match(error.message, /no-such-program-here is not installed/);
});

test('stopping a command ends what it started too', async () => {
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
  // Its end of the pipe closes a moment before it has ended.
  await until(`process ${pid} to end`, async () => !isRunning(pid), { withinMs: 10_000 });
});

test('a command that ignores SIGTERM is killed after the grace', async () => {
  const stop = new AbortController();
  const running = runChild(['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'], {
    signal: stop.signal,
    graceMs: 50,
    onLine: () => stop.abort(),
  });
  assert.equal((await failure(running)).code, 'ChildStopped');
});

test('nothing is started once it is stopped', async () => {
  const error = await failure(runChild(['true'], { signal: AbortSignal.abort() }));
  assert.equal(error.code, 'ChildStopped');
});
