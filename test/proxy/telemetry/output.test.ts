import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { canWrite } from '../../../proxy/sys/can-write.ts';
import { Output } from '../../../proxy/telemetry/output.ts';

/** A real pipe whose reader reads when it is told to. */
const pipe = () => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-output-'));
  const file = join(folder, 'pipe');
  execFileSync('mkfifo', [file]);
  const reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(file, constants.O_WRONLY);
  const mayWrite = canWrite();
  const output = new Output(writer);
  output.guard((waitMs) => mayWrite(writer, waitMs));
  return {
    output,
    /** What is in the pipe now. */
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
    end(): void {
      closeSync(writer);
      rmSync(folder, { recursive: true });
    },
  };
};

const LINE = `${'x'.repeat(199)}\n`;

test('ordinary lines are written at once, those of the access log soon, all in order', async () => {
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

test('what a reader does not take waits up to a limit; beyond it lines are dropped and counted, and none is torn', async () => {
  const { output, read, closeReader, end } = pipe();
  for (let i = 0; i < 20_000; i++) output.offer(LINE);
  assert.ok(output.dropped > 0 && output.dropped < 20_000);
  assert.equal(output.accepted + output.dropped, 20_000);
  output.write('important\n');
  assert.equal(output.logDropped, 0, 'ordinary lines have room of their own');
  let text = '';
  while (!text.endsWith('important\n')) {
    text += read();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(text, LINE.repeat(output.accepted).concat('important\n'));
  assert.ok(output.hasRoom());
  closeReader();
  end();
});

test('at the end what waits is written as far as the reader takes it, and no longer waited for than a moment', () => {
  const { output, read, closeReader, end } = pipe();
  for (let i = 0; i < 2_000; i++) output.offer(LINE);
  output.flushSync();
  const text = read();
  assert.ok(text.length > 0 && text.length < 2_000 * LINE.length, 'as much as the pipe takes');
  closeReader();
  end();
});

test('when the reader has gone nothing is kept for it, and nothing throws', () => {
  const { output, closeReader, end } = pipe();
  closeReader();
  output.write('lost\n');
  output.write('lost, too\n');
  output.offer('lost as well\n');
  assert.deepEqual([output.logDropped, output.dropped, output.hasRoom()], [1, 1, false]);
  end();
});
