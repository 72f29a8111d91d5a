import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAddress, endpointIdentity } from '../../crds/canonical-address.ts';
import { Random } from './random.ts';

const CANONICAL: readonly (readonly [string, string])[] = [
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:0db8:0:0:0:0:0:0001', '2001:db8::1'],
  ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:2:3:4:5:6:0:8', '1:2:3:4:5:6:0:8'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['1:0:0:0:0:0:0:0', '1::'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::FFFF:10.0.0.255', '10.0.0.255'],
  ['::ffff:7f00:1', '127.0.0.1'],
  ['0:0:0:0:0:ffff:127.0.0.1', '127.0.0.1'],
  ['192.0.2.1', '192.0.2.1'],
];
for (const [text, canonical] of CANONICAL)
  test(`the canonical notation of ${text} is ${canonical}`, () => {
    assert.equal(canonicalAddress(text), canonical);
    assert.equal(endpointIdentity({ address: text, port: 80 }), `${canonical} 80`);
  });

test('text that is not an address is returned unchanged', () => {
  for (const text of ['', 'localhost', '1.2.3', '::ffff:1.2.3.256', '::ffff:1::2', 'fe80::1%eth0', '1::2::3'])
    assert.equal(canonicalAddress(text), text);
});

test('the canonical notation of 500 random addresses, written in several ways, is that of WHATWG URLs', () => {
  const random = new Random(7);
  for (let i = 0; i < 500; i++) {
    const groups = Array.from({ length: 8 }, () => (random.chance(0.5) ? 0 : random.integer(0, 0xffff)));
    // 0:0:0:0:0:ffff is IPv4-mapped, which URLs write differently.
    if (groups[5] === 0xffff) continue;
    const plain = groups.map((group) => group.toString(16)).join(':');
    const expected = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
    const padded = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
    for (const spelling of [plain, padded, expected]) assert.equal(canonicalAddress(spelling), expected);
  }
});
