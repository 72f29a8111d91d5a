import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openSteps } from '../../../tooling/terminal/steps.ts';

const printed = async (use: (steps: ReturnType<typeof openSteps>) => Promise<unknown>, terminal: boolean) => {
  const out = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: terminal, columns: 60 });
  let now = 0;
  const steps = openSteps(out, {
    now: () => {
      now += 4000;
      return now;
    },
  });
  await use(steps).catch(() => {});
  out.end();
  return (await out.toArray()).join('');
};

test('a log gets one line for each step, with its duration and whether it succeeded', async () => {
  assert.match(await printed((steps) => steps.run('images', async () => 1), false), /^ {2}✓ images +4 s\n$/);
  const bad = await printed((steps) => steps.run('images', () => Promise.reject(new Error('no'))), false);
  assert.match(bad, /^ {2}✗ images +4 s\n$/);
});

test('on a terminal, the line is rewritten and never wider than the terminal', async () => {
  const text = await printed(
    (steps) => steps.run('images', async (progress) => progress('x'.repeat(200))),
    true,
  );
  const lines = text.split('\r\x1b[2K');
  assert.equal(lines.at(-1)?.includes('✓'), true);
  for (const line of lines.slice(0, -1)) assert.ok(line.length < 60, line);
});
