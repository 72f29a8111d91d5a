import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchAcceptors } from '../../../proxy/control/acceptor-watch.ts';

test('an acceptor counts as dead until it is replaced, and each event is logged and counted', () => {
  const lines: string[] = [];
  const note = (_: object, message: string) => void lines.push(message);
  const counted = { deaths: 0, pauses: [] as string[] };
  const watch = watchAcceptors({
    log: { info: note, warn: note, error: note },
    onDeath: () => void counted.deaths++,
    onPause: (errno) => void counted.pauses.push(errno),
  });
  watch.onEvent({ type: 'AcceptorDied', acceptor: 1, error: new Error('x') });
  assert.deepEqual([...watch.dead], [1]);
  watch.onEvent({ type: 'AcceptorReplaced', acceptor: 1, closedDescriptors: 3, endedConnections: 1 });
  assert.deepEqual([...watch.dead], []);
  watch.onEvent({ type: 'AcceptPaused', acceptor: 0, errno: 24, cause: 'EMFILE' });
  watch.onEvent({ type: 'AcceptResumed', acceptor: 0 });
  watch.onEvent({ type: 'AcceptPaused', acceptor: 0, errno: 28, cause: 'other' });
  assert.deepEqual(counted, { deaths: 1, pauses: ['EMFILE', 'other'] });
  assert.deepEqual(lines, [
    'acceptor died',
    'acceptor replaced',
    'acceptor paused accepting',
    'acceptor resumed accepting',
    'acceptor paused accepting',
  ]);
});
