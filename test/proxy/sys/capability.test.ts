import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeEffective } from '../../../proxy/sys/capability.ts';

/** What the kernel says this process may have, by capability number. */
const permitted = (): bigint => {
  const line = /CapPrm:\s+([0-9a-f]+)/.exec(readFileSync('/proc/thread-self/status', 'utf8'));
  return BigInt(`0x${line?.[1]}`);
};

test('a capability becomes effective exactly where the kernel permits it', () => {
  const may = permitted();
  for (let capability = 0; capability <= 40; capability++) {
    const expected = (may & (1n << BigInt(capability))) !== 0n;
    assert.equal(makeEffective(capability), expected, `capability ${capability}`);
  }
});

test('what the kernel does not know is refused, not thrown', () => {
  assert.equal(makeEffective(63), false);
});
