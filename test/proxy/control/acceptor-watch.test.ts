import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchAcceptors } from '../../../proxy/control/acceptor-watch.ts';

test('an acceptor is dead from its death until it is replaced, and each event is logged and counted', () => {
  const lines: string[] = [];
  const note = (_: object, message: string) => void lines.push(message);
  const counted = { deaths: 0, pauses: 0 };
  const watch = watchAcceptors({
    log: { info: note, warn: note, error: note },
    onDeath: () => void counted.deaths++,
    onPause: () => void counted.pauses++,
  });
  watch.take({ type: 'AcceptorDied', acceptor: 1, error: new Error('x') });
  assert.deepEqual([...watch.dead], [1]);
  watch.take({ type: 'AcceptorReplaced', acceptor: 1, closedDescriptors: 3, endedConnections: 1 });
  assert.deepEqual([...watch.dead], []);
  watch.take({ type: 'AcceptPaused', acceptor: 0, errno: 24 });
  watch.take({ type: 'AcceptResumed', acceptor: 0 });
  assert.deepEqual(counted, { deaths: 1, pauses: 1 });
  assert.deepEqual(lines, [
    'acceptor died',
    'acceptor replaced',
    'acceptor takes no clients for now: the kernel has no file descriptor or memory for them',
    'acceptor takes clients again',
  ]);
});
