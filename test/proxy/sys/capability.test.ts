import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeEffective } from '../../../proxy/sys/capability.ts';

/** The permitted capabilities of this process, one bit each. */
const permitted = (): bigint => {
  const line = /CapPrm:\s+([0-9a-f]+)/.exec(readFileSync('/proc/thread-self/status', 'utf8'));
  return BigInt(`0x${line?.[1]}`);
};

test('a capability becomes effective if and only if the kernel permits it', () => {
  const bits = permitted();
  for (let capability = 0; capability <= 40; capability++) {
    const expected = (bits & (1n << BigInt(capability))) !== 0n;
    assert.equal(makeEffective(capability), expected, `capability ${capability}`);
  }
});

test('a capability that the kernel does not know is reported as not effective, without an exception', () => {
  assert.equal(makeEffective(63), false);
});
