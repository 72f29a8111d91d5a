import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortsKept } from '../../../proxy/control/time-wait-ports.ts';
import { endpointStats } from '../stats.ts';

const RANGE = { sourcePorts: { count: 1000, reused: false } };

test('ports that connections left in TIME_WAIT are in use for a minute, and no longer', () => {
  const kept = new PortsKept();
  const at = (now: number, portsKeptTotal: number, openConnections = 0): number => {
    const endpoint = endpointStats({ portsKeptTotal, openConnections });
    kept.note([endpoint], now);
    return kept.left(RANGE, endpoint);
  };
  assert.equal(at(0, 0), 1000);
  assert.equal(at(10_000, 100, 50), 850);
  assert.equal(at(50_000, 300, 50), 650);
  assert.equal(at(70_000, 300), 800, 'the first hundred are free again');
  assert.equal(at(111_000, 300), 1000);
});

test('where the kernel takes ports in TIME_WAIT again by itself they count as free', () => {
  const kept = new PortsKept();
  const endpoint = endpointStats({ portsKeptTotal: 500, openConnections: 10 });
  kept.note([endpoint], 0);
  assert.equal(kept.left({ sourcePorts: { count: 1000, reused: true } }, endpoint), 990);
});

test('an endpoint that comes back and counts from zero has no fewer ports for it', () => {
  const kept = new PortsKept();
  kept.note([endpointStats({ portsKeptTotal: 500 })], 0);
  assert.equal(kept.left(RANGE, endpointStats({ portsKeptTotal: 20 })), 980);
});

test('more in use than the range has, by the estimate, is none left', () => {
  const kept = new PortsKept();
  assert.equal(kept.left(RANGE, endpointStats({ portsKeptTotal: 5000 })), 0);
});
