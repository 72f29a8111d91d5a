import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashKeyOf } from '../../../../proxy/relay-engine/acceptor/keyed-hash/half-sip-hash.ts';
import { LimitCounts } from '../../../../proxy/relay-engine/acceptor/limits/limit-counts.ts';
import {
  allocateLimits,
  LISTENER,
  listenerAt,
  SOURCE,
  sourceAt,
  viewLimits,
} from '../../../../proxy/relay-engine/acceptor/limits/limits-memory.ts';
import { serveLimits } from '../../../../proxy/relay-engine/acceptor/limits/served-limits.ts';
import { microseconds, takeToken } from '../../../../proxy/relay-engine/acceptor/limits/token-bucket.ts';
import { forecastLimits } from '../../../../proxy/relay-engine/forecast/forecast-limits.ts';
import { limitsFor } from '../../tables.ts';

const SLOT = 3;
const CLIENT = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]);
const OTHER = Uint8Array.from([...CLIENT.subarray(0, 15), 2]);

const memoryNow = () =>
  viewLimits(allocateLimits(1, 8, 64, [hashKeyOf(new Uint8Array(8)), hashKeyOf(new Uint8Array(8).fill(1))]));

test('connections are those of the listener and of the source, and one too many is said to be refused', () => {
  const memory = memoryNow();
  const limits = serveLimits(
    limitsFor({ connections: 5, connectionsPerSource: 2, unfinishedPerSource: 9 }),
    1024,
  );
  const counts = new LimitCounts(memory, 0);
  const forecast = (client: Uint8Array) =>
    forecastLimits({ memory, slot: SLOT, limits, client, nowMs: 1000 });
  const exceeded = (client: Uint8Array) =>
    forecast(client)
      .filter((one) => one.isExceeded)
      .map((one) => one.reason);
  for (let connection = 0; connection < 2; connection++) {
    assert.deepEqual(exceeded(CLIENT), []);
    counts.countAtListener(connection, SLOT);
    counts.countAtSource(connection, SLOT, new Uint8Array([...CLIENT, ...CLIENT]), 64);
    counts.countUnfinished(connection);
  }
  assert.deepEqual(
    forecast(CLIENT).map(({ reason, used, most }) => [reason, used, most]),
    [
      ['ConnectionLimit', 2, 5],
      ['SourceConnectionLimit', 2, 2],
      ['UnfinishedLimit', 2, 9],
    ],
  );
  assert.deepEqual(exceeded(CLIENT), ['SourceConnectionLimit']);
  assert.deepEqual(exceeded(OTHER), []);
  for (let connection = 2; connection < 5; connection++) counts.countAtListener(connection, SLOT);
  assert.deepEqual(exceeded(OTHER), ['ConnectionLimit']);
  assert.equal(
    memory.sources.filter((word) => word !== 0).length,
    counts.memory.sources.filter((word) => word !== 0).length,
  );
});

test('a rate lets in at once what its bucket has, and the next token is forecast when it is there', () => {
  const memory = memoryNow();
  const limits = serveLimits(limitsFor({ connectionRate: { perSecond: 10, burst: 3 } }), 1024);
  const { rate } = limits;
  assert.ok(rate !== undefined);
  const at = listenerAt(SLOT) + LISTENER.Rate;
  let nowMs = 5000;
  memory.listeners[at] = microseconds(nowMs);
  const forecast = () => forecastLimits({ memory, slot: SLOT, limits, client: CLIENT, nowMs })[0];
  for (const left of [3, 2, 1, 0]) {
    assert.deepEqual(forecast(), {
      reason: 'ConnectionRateLimit',
      used: left,
      most: 3,
      isExceeded: left === 0,
    });
    assert.equal(takeToken(memory.listeners, at, microseconds(nowMs), rate.cost, rate.size, 0), left > 0);
  }
  nowMs += 60; // half a token more is allowed
  assert.equal(forecast()?.isExceeded, false);
  assert.ok(takeToken(memory.listeners, at, microseconds(nowMs), rate.cost, rate.size, 0));
});

test('a source that nothing is known of has all of its rate, and is not entered by being asked about', () => {
  const memory = memoryNow();
  const limits = serveLimits(limitsFor({ connectionRatePerSource: { perSecond: 1, burst: 4 } }), 1024);
  const [found] = forecastLimits({ memory, slot: SLOT, limits, client: CLIENT, nowMs: 9000 });
  assert.deepEqual(found, { reason: 'SourceRateLimit', used: 4, most: 4, isExceeded: false });
  for (let entry = 0; entry < memory.entries; entry++)
    assert.equal(memory.sources[sourceAt(entry) + SOURCE.State], 0);
});
