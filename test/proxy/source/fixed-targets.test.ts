import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedTargets } from '../../../proxy/source/fixed-targets.ts';

const endpoint = (address: string, port: number, weight = 1) => ({ address, port, weight, backup: false });

test('endpoints are distinguished by address and port, whatever the spelling of the address', () => {
  const { targets, repeated } = fixedTargets([
    endpoint('2001:DB8:0::1', 80, 3),
    endpoint('2001:db8::1', 80, 5),
    endpoint('2001:db8::1', 81),
    endpoint('::ffff:192.0.2.1', 80),
    endpoint('192.0.2.1', 80),
  ]);
  assert.deepEqual(targets, [
    endpoint('2001:db8::1', 80, 3),
    endpoint('2001:db8::1', 81),
    endpoint('192.0.2.1', 80),
  ]);
  assert.deepEqual(repeated, [
    { address: '2001:db8::1', index: 1, first: 0 },
    { address: '192.0.2.1', index: 4, first: 3 },
  ]);
});
