import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LostLines, Output } from '../../program/output.ts';
import { reportLost } from '../../program/report-lost.ts';
import { canWrite } from '../../proxy/sys/can-write.ts';
import { until } from '../../tooling/wait/until.ts';

/** A real pipe whose reader reads on demand. */
const pipe = () => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-output-'));
  const file = join(folder, 'pipe');
  execFileSync('mkfifo', [file]);
  let reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(file, constants.O_WRONLY);
  const mayWrite = canWrite();
  const output = new Output(writer);
  output.guard((waitMs) => mayWrite(writer, waitMs));
  return {
    output,
    /** Reads what is in the pipe now. */
    read(): string {
      const chunk = Buffer.alloc(1 << 20);
      try {
        return chunk.toString('utf8', 0, readSync(reader, chunk));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
        throw error;
      }
    },
    closeReader: () => closeSync(reader),
    reopenReader(): void {
      reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    },
    end(): void {
      closeSync(writer);
      rmSync(folder, { recursive: true });
    },
  };
};

const LINE = `${'x'.repeat(199)}\n`;

test('ordinary lines are written immediately, access log lines soon, all in order', async () => {
  const { output, read, closeReader, end } = pipe();
  output.write('one\n');
  assert.equal(read(), 'one\n');
  output.offer('two\n');
  assert.equal(read(), '');
  output.write('three\n');
  assert.equal(read(), 'two\nthree\n');
  output.offer('four\n');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(read(), 'four\n');
  closeReader();
  end();
});

test('output is buffered for a slow reader up to a limit; beyond it whole lines are dropped and counted', async () => {
  const { output, read, closeReader, end } = pipe();
  for (let i = 0; i < 20_000; i++) output.offer(LINE);
  assert.ok(output.dropped > 0 && output.dropped < 20_000);
  assert.equal(output.accepted + output.dropped, 20_000);
  output.write('important\n');
  assert.equal(output.logDropped, 0, 'ordinary lines have additional room');
  let text = '';
  const isRead = (): boolean => {
    text += read();
    return text.endsWith('important\n');
  };
  await until('the last line is read', isRead, { everyMs: 1, seen: () => text.slice(-200) });
  assert.equal(text, LINE.repeat(output.accepted).concat('important\n'));
  assert.ok(output.hasRoom());
  closeReader();
  end();
});

test('the final flush writes as much as the reader accepts, and waits for it only briefly', () => {
  const { output, read, closeReader, end } = pipe();
  for (let i = 0; i < 2_000; i++) output.offer(LINE);
  output.flushSync();
  const text = read();
  assert.ok(text.length > 0 && text.length < 2_000 * LINE.length, 'as much as fits into the pipe');
  closeReader();
  end();
});

test('nothing throws while there is no reader, and a reader that returns gets what was buffered', async () => {
  const { output, closeReader, reopenReader, read, end } = pipe();
  const lost: LostLines[] = [];
  output.onLost((one) => lost.push(one));
  closeReader();
  output.write('one\n');
  output.offer('two\n');
  assert.equal(output.failure?.code, 'EPIPE');
  assert.deepEqual([...output.failures], [['EPIPE', 1]]);
  const since = output.failure?.sinceMs;
  await until('a second attempt', () => (output.failures.get('EPIPE') ?? 0) > 1);
  assert.equal(output.failure?.sinceMs, since, 'since the first failure');
  reopenReader();
  await until('what waited', () => output.failure === undefined);
  assert.equal(read(), 'one\ntwo\n');
  assert.deepEqual(
    lost.map(({ logLines, accessLines, failure }) => [logLines, accessLines, failure?.code]),
    [[0, 0, 'EPIPE']],
  );
  closeReader();
  end();
});

test('a failing output is retried once a second, and every failure is counted', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const full = openSync('/dev/full', constants.O_WRONLY);
  const output = new Output(full);
  output.write('one\n');
  for (let attempts = 1; attempts < 5; attempts++) {
    assert.deepEqual([...output.failures], [['ENOSPC', attempts]]);
    t.mock.timers.tick(999);
    assert.deepEqual([...output.failures], [['ENOSPC', attempts]]);
    t.mock.timers.tick(1);
  }
  assert.deepEqual(output.failure, { code: 'ENOSPC', sinceMs: 0 });
  closeSync(full);
});

test('with a full disk, whole lines beyond the buffer are lost, counted, and reported once there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-output-'));
  const file = join(folder, 'log');
  const full = openSync('/dev/full', constants.O_WRONLY);
  const output = new Output(full);
  output.onLost(reportLost({ error: logTo(output, 'error'), warn: logTo(output, 'warn') }));
  const lines = 20_000;
  for (let i = 0; i < lines; i++) output.offer(LINE);
  output.flushSync();
  assert.equal(output.failure?.code, 'ENOSPC');
  assert.equal(output.accepted + output.dropped, lines);
  assert.ok(output.dropped > 0);
  for (let i = 0; i < lines; i++) output.write(LINE);
  assert.ok(output.logDropped > 0 && output.logDropped < lines);
  const { accepted, dropped, logDropped } = output;
  // Reuse the same descriptor, as if its file system had room now.
  closeSync(full);
  assert.equal(openSync(file, 'w'), full);
  output.flushSync();
  await until('all that waited', () => output.failure === undefined && output.hasRoom());
  output.write('after\n');
  const text = readFileSync(file, 'utf8');
  const whole = LINE.repeat(accepted + lines - logDropped);
  assert.ok(text.startsWith(whole), 'whole lines, all that were accepted');
  const [notice = '', after] = text.slice(whole.length).split('\n');
  const { since, ...rest } = JSON.parse(notice);
  assert.deepEqual(rest, {
    level: 'error',
    message: 'log lines were lost',
    code: 'ENOSPC',
    logLines: logDropped,
    accessLines: dropped,
  });
  assert.ok(Date.parse(since) <= Date.now());
  assert.equal(after, 'after');
  closeSync(full);
  rmSync(folder, { recursive: true });
});

const logTo = (output: Output, level: string) => (fields: object, message: string) =>
  output.write(`${JSON.stringify({ level, message, ...fields })}\n`);
