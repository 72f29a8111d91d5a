import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { exitCodeOfSignal, followSignals } from '../../program/follow-signals.ts';
import { holdSignals } from '../../program/signals.js';

test('the exit code after a signal is the same as in a shell', () => {
  assert.deepEqual(
    (['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const).map(exitCodeOfSignal),
    [129, 130, 131, 143],
  );
});

test('signals received before there is a handler are kept; ignored ones are reported at most every ten seconds', async () => {
  let now = 1_000;
  const events: string[] = [];
  const send = async (signal: NodeJS.Signals): Promise<void> => {
    const received = once(process, signal);
    process.kill(process.pid, signal);
    await received;
  };
  holdSignals();
  await send('SIGALRM');
  await send('SIGALRM');
  await send('SIGTERM');
  followSignals(
    {
      onStop: (signal) => events.push(`stop ${signal}`),
      onStopAgain: (signal) => events.push(`again ${signal}`),
      onReload: (signal) => events.push(`reload ${signal}`),
      onIgnored: (signal, times) => events.push(`ignored ${signal} ${times}`),
    },
    () => now,
  );
  assert.deepEqual(events.splice(0), ['ignored SIGALRM 1', 'stop SIGTERM']);
  await send('SIGALRM');
  await send('SIGHUP');
  now += 9_999;
  await send('SIGALRM');
  await send('SIGINT');
  assert.deepEqual(events.splice(0), ['reload SIGHUP', 'again SIGINT']);
  now += 1;
  await send('SIGALRM');
  assert.deepEqual(events, ['ignored SIGALRM 3']);
});
