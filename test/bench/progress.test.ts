import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { openProgress, remaining } from './report/progress.ts';

test('the remaining time is the planned one at first, and is then scaled by the progress so far', () => {
  assert.equal(remaining(100, 100, 0), 100);
  assert.equal(remaining(100, 50, 50), 50);
  assert.equal(remaining(100, 50, 100), 100);
  assert.equal(remaining(100, 0, 120), 0);
});

test('a log gets one line per rotation, with what is measured, the elapsed and the remaining time', () => {
  let written = '';
  const out = new Writable({
    write(text: Buffer, _encoding, done) {
      written += text.toString();
      done();
    },
  });
  let now = 0;
  const progress = openProgress(out, 120, () => now);
  progress.step({ line: 'keep-alive', rotation: 0, rotations: 5, peer: 'relay' }, 120);
  now = 60_000;
  progress.step({ line: 'keep-alive', rotation: 1, rotations: 5, peer: 'relay' }, 60);
  progress.step({ line: 'keep-alive', rotation: 1, rotations: 5, peer: 'HAProxy' }, 50);
  progress.clear();
  assert.deepEqual(written.trim().split('\n'), [
    '… keep-alive, warm-up, relay; 0 s so far, about 2:00 to go; Ctrl-C stops',
    '… keep-alive, rotation 1 of 5, relay; 1:00 so far, about 1:00 to go; Ctrl-C stops',
  ]);
});
