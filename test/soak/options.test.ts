import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';

test('a soak runs for half an hour by default', () => {
  assert.deepEqual(parseOptions([]), { command: 'Run', minutes: 30, acceptors: 3 });
  assert.deepEqual(parseOptions(['--minutes', '0.5', '--acceptors', '1']), {
    command: 'Run',
    minutes: 0.5,
    acceptors: 1,
  });
  assert.deepEqual(parseOptions(['-h']), { command: 'Help' });
});

test('attacks have full size by default', () => {
  assert.deepEqual(parseOptions(['--hostile']), { command: 'Hostile', scale: 1, isBesideNginx: false });
  assert.deepEqual(parseOptions(['--hostile', '--scale', '0.01', '--beside-nginx']), {
    command: 'Hostile',
    scale: 0.01,
    isBesideNginx: true,
  });
});

for (const [argv, says] of [
  [['--minutes', 'ten'], /--minutes: expected a number from 0.1 to 10000, found "ten"/],
  [['--minutes', '0'], /--minutes: expected/],
  [['--acceptors', ''], /--acceptors: expected/],
  [['--hostile', '--scale', '0'], /--scale: expected a number from 0.001 to 10/],
  [['--hours', '1'], /--hours/],
  [['more'], /more/],
] as const)
  test(`the command line "${argv.join(' ')}" is refused with a reason`, () => {
    const refused = parseOptions(argv);
    assert.equal(refused.command, 'Refused');
    assert.match(refused.command === 'Refused' ? refused.problem : '', says);
  });
