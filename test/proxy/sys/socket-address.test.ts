import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameAddress, writeSocketAddress } from '../../../proxy/sys/socket-address.ts';

const encode = (address: string, port: number): string => {
  const bytes = new Uint8Array(28);
  const length = writeSocketAddress(new DataView(bytes.buffer), 0, address, port);
  return Buffer.from(bytes.subarray(0, length)).toString('hex');
};

// struct sockaddr_in has family (host order), port and address (network order) and 8 zero bytes; sockaddr_in6
// has flow and scope, too.
const cases: readonly [string, number, string][] = [
  ['127.0.0.1', 80, '0200005' + '07f0000010000000000000000'],
  ['203.0.113.255', 65535, '0200ffffcb0071ff0000000000000000'],
  ['::', 443, `0a0001bb00000000${'0'.repeat(32)}00000000`],
  ['::1', 443, `0a0001bb00000000${'0'.repeat(31)}100000000`],
  ['2001:db8::8:800:200c:417a', 1, '0a0000010000000020010db80000000000080800200c417a00000000'],
  ['::ffff:192.0.2.1', 1, `0a00000100000000${'0'.repeat(20)}ffffc000020100000000`],
  ['fe80:0:0:0:1:2:3:4', 1, '0a00000100000000fe8000000000000000010002000300040' + '0000000'],
];

for (const [address, port, expected] of cases)
  test(`${address} port ${port} is encoded as a struct sockaddr that the kernel understands`, () => {
    assert.equal(encode(address, port), expected);
  });

test('encoding a host name instead of an IP address throws a RangeError', () => {
  assert.throws(() => encode('example.com', 80), { name: 'RangeError', message: /"example.com"/ });
});

/**
 * Compares two addresses, one of them at an offset among other bytes, as in a list, and the other with a
 * scope that the kernel may add.
 */
const same = (one: readonly [string, number], other: readonly [string, number]): boolean => {
  const [list, own] = [new Uint8Array(84).fill(7), new Uint8Array(28)];
  writeSocketAddress(new DataView(list.buffer), 28, ...one);
  writeSocketAddress(new DataView(own.buffer), 0, ...other);
  if (other[0].includes(':')) own[24] = 9; // scope
  return isSameAddress(list, 28, own, 0);
};

test('two encoded addresses are equal if family, address and port are equal, whatever their scope', () => {
  assert.equal(same(['127.0.0.1', 45_000], ['127.0.0.1', 45_000]), true);
  assert.equal(same(['127.0.0.1', 45_000], ['127.0.0.1', 45_001]), false);
  assert.equal(same(['127.0.0.1', 45_000], ['127.0.0.2', 45_000]), false);
  assert.equal(same(['fe80::1', 45_000], ['fe80::1', 45_000]), true);
  assert.equal(same(['fe80::1', 45_000], ['fe80::2', 45_000]), false);
  assert.equal(same(['fe80::1', 45_000], ['fe80::1', 300]), false);
  assert.equal(same(['::', 45_000], ['0.0.0.0', 45_000]), false);
});
