import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeWaitPorts } from '../../../proxy/control/time-wait-ports.ts';
import { endpointStats } from '../stats.ts';

const RANGE = { sourcePorts: { count: 1000, reused: false } };

test('ports in TIME_WAIT count as in use for one minute', () => {
  const ports = new TimeWaitPorts();
  const at = (now: number, portsKeptTotal: number, openConnections = 0): number => {
    const endpoint = endpointStats({ portsKeptTotal, openConnections });
    ports.sample([endpoint], now);
    return ports.left(RANGE, endpoint);
  };
  assert.equal(at(0, 0), 1000);
  assert.equal(at(10_000, 100, 50), 850);
  assert.equal(at(50_000, 300, 50), 650);
  assert.equal(at(70_000, 300), 800, 'the first hundred ports are free again');
  assert.equal(at(111_000, 300), 1000);
});

test('ports in TIME_WAIT count as free if the kernel reuses them', () => {
  const ports = new TimeWaitPorts();
  const endpoint = endpointStats({ portsKeptTotal: 500, openConnections: 10 });
  ports.sample([endpoint], 0);
  assert.equal(ports.left({ sourcePorts: { count: 1000, reused: true } }, endpoint), 990);
});

test('an endpoint whose counter restarts at zero does not lose free ports by that', () => {
  const ports = new TimeWaitPorts();
  ports.sample([endpointStats({ portsKeptTotal: 500 })], 0);
  assert.equal(ports.left(RANGE, endpointStats({ portsKeptTotal: 20 })), 980);
});

test('no ports are free if the estimate exceeds the range', () => {
  const ports = new TimeWaitPorts();
  assert.equal(ports.left(RANGE, endpointStats({ portsKeptTotal: 5000 })), 0);
});
