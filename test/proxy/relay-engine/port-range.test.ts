import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reservedPorts, sourcePortCount } from '../../../proxy/relay-engine/port-range.ts';

const RANGE = { low: 40_000, high: 40_009 };

/** net.ipv4.ip_local_reserved_ports as the kernel shows it, and the ports of it that are in the range. */
const TABLE: readonly (readonly [string, readonly number[]])[] = [
  ['', []],
  ['8080', []],
  ['40003', [40_003]],
  ['8080,40001-40003,40009', [40_001, 40_002, 40_003, 40_009]],
  ['39990-40000,40009-65535', [40_000, 40_009]],
  ['39000-39999', []],
];

for (const [list, ports] of TABLE)
  test(`reserved ports in the range are not source ports: "${list}"`, () => {
    assert.deepEqual(reservedPorts(list, RANGE), ports);
    const range = { ...RANGE, reused: false, reserved: ports };
    assert.equal(sourcePortCount(range), 10 - ports.length);
  });
