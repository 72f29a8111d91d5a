import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText } from '../../../proxy/relay-engine/address-text.ts';

const bytes = (...groups: number[]): Uint8Array =>
  Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));

for (const [groups, text] of [
  [[0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7109], '203.0.113.9'],
  [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
  [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
  [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
  [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
  [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
  [[0x2001, 0, 0, 1, 0, 0, 0, 1], '2001:0:0:1::1'],
  [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
  [[1, 2, 3, 4, 5, 6, 7, 0x10], '1:2:3:4:5:6:7:10'],
  [[0x10, 0, 0x100, 0, 0, 0, 7, 8], '10:0:100::7:8'],
] as const)
  test(`the text of an address of 16 bytes: ${text}`, () => {
    assert.equal(addressText(bytes(...groups), 0), text);
    assert.equal(addressText(Uint8Array.from([9, ...bytes(...groups)]), 1), text);
  });
