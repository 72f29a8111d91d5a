import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { exitCodeOfSignal, followSignals } from '../../program/follow-signals.ts';
import { holdSignals } from '../../program/signals.js';

test('the exit code is the one that a shell gives', () => {
  assert.deepEqual(
    (['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const).map(exitCodeOfSignal),
    [129, 130, 131, 143],
  );
});

test('signals before anybody acts on them are kept; ignored ones are told every ten seconds at most', async () => {
  let now = 1_000;
  const told: string[] = [];
  const send = async (signal: NodeJS.Signals): Promise<void> => {
    const came = once(process, signal);
    process.kill(process.pid, signal);
    await came;
  };
  holdSignals();
  await send('SIGALRM');
  await send('SIGALRM');
  await send('SIGTERM');
  followSignals(
    {
      onStop: (signal) => told.push(`stop ${signal}`),
      onStopAgain: (signal) => told.push(`again ${signal}`),
      onReload: (signal) => told.push(`reload ${signal}`),
      onIgnored: (signal, times) => told.push(`ignored ${signal} ${times}`),
    },
    () => now,
  );
  assert.deepEqual(told.splice(0), ['ignored SIGALRM 1', 'stop SIGTERM']);
  await send('SIGALRM');
  await send('SIGHUP');
  now += 9_999;
  await send('SIGALRM');
  await send('SIGINT');
  assert.deepEqual(told.splice(0), ['reload SIGHUP', 'again SIGINT']);
  now += 1;
  await send('SIGALRM');
  assert.deepEqual(told, ['ignored SIGALRM 3']);
});
