import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connections } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { TICK_MS, TimerWheel } from '../../../../proxy/relay-engine/acceptor/timer-wheel.ts';

const wheel = (now = 0) => {
  const connections = new Connections();
  const timers = new TimerWheel(connections, now);
  const due = (at: number): number[] => {
    const fired: number[] = [];
    timers.advance(at, (connection) => fired.push(connection));
    return fired;
  };
  return { connections, timers, due };
};

test('a timer fires once, at its tick', () => {
  const { connections, timers, due } = wheel();
  const connection = connections.take();
  timers.set(connection, 10);
  assert.deepEqual(due(9), []);
  assert.deepEqual(due(10), [connection]);
  assert.deepEqual(due(5000), []);
});

test('a timer beyond one round of the wheel waits for its own round', () => {
  const { connections, timers, due } = wheel();
  const connection = connections.take();
  timers.set(connection, 3000);
  assert.deepEqual(due(2999), []);
  assert.deepEqual(due(3000), [connection]);
});

test('setting a timer again replaces it, clearing removes it', () => {
  const { connections, timers, due } = wheel();
  const [a, b] = [connections.take(), connections.take()];
  timers.set(a, 5);
  timers.set(a, 20);
  timers.set(b, 5);
  timers.clear(b);
  assert.deepEqual(due(19), []);
  assert.deepEqual(due(20), [a]);
});

test('a jump of the clock over many rounds fires everything that is due', () => {
  const { connections, timers, due } = wheel(7);
  const all = Array.from({ length: 50 }, () => connections.take());
  for (const [i, connection] of all.entries()) timers.set(connection, 8 + i * 97);
  assert.deepEqual(
    due(100000).sort((a, b) => a - b),
    all.sort((a, b) => a - b),
  );
});

test('a timer set in the past fires at the next tick', () => {
  const { connections, timers, due } = wheel(100);
  const connection = connections.take();
  timers.set(connection, 3);
  assert.deepEqual(due(101), [connection]);
});

test('a handler may end another connection that is due in the same tick', () => {
  const { connections, timers } = wheel();
  const [a, b] = [connections.take(), connections.take()];
  timers.set(a, 4);
  timers.set(b, 4);
  const fired: number[] = [];
  timers.advance(4, (connection) => {
    fired.push(connection);
    timers.clear(connection === a ? b : a);
  });
  assert.equal(fired.length, 1);
});

test('the wait for the next timer never exceeds its deadline or the limit', () => {
  const { connections, timers } = wheel();
  assert.equal(timers.untilNext(1000), 1000);
  const connection = connections.take();
  timers.set(connection, 10);
  assert.equal(timers.untilNext(1000), 10 * TICK_MS);
  assert.equal(timers.untilNext(50), 50);
});

test('durations are rounded up to ticks, wherever in a tick they begin', () => {
  for (const ms of [1, TICK_MS - 1, TICK_MS, TICK_MS + 1, 1000])
    for (const begun of [0, 0.1, TICK_MS - 0.1]) {
      const deadline = Math.floor(begun / TICK_MS) + TimerWheel.ticks(ms);
      assert.ok(deadline * TICK_MS - begun >= ms, `${ms} ms begun at ${begun}`);
    }
});
