import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { type AddressKind, addressKind } from '../../crds/ip-address.ts';

const KINDS: Readonly<Record<AddressKind, readonly string[]>> = {
  unicast: [
    '127.0.0.1',
    '10.0.0.1',
    '0.0.0.1',
    '223.255.255.255',
    '240.0.0.1',
    '::1',
    '1::',
    '2001:db8::1',
    'FD00::A',
    'fe7f::1',
    'fec0::1',
    '169.254.0.1',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '64:ff9b::192.0.2.1',
    '::1.2.3.4',
    '1:2:3:4:5:6:1.2.3.4',
  ],
  unspecified: ['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::0.0.0.0'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff00::', 'FF02::1'],
  'link-local': ['fe80::', 'fe80::1', 'FEBF:ffff::1'],
  broadcast: ['255.255.255.255'],
  none: [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.04',
    '1.2.3.4:80',
    ' 1.2.3.4',
    '1.2.3.4/32',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '[::1]',
    '1.2.3.4::',
    '::1.2.3.256',
    '::ffff:192.0.2.1',
    '::FFFF:c000:201',
  ],
};

for (const [kind, addresses] of Object.entries(KINDS)) {
  test(`the kind of an address is recognised as ${kind}`, () => {
    for (const address of addresses) assert.equal(addressKind(address), kind, address);
  });
}

test('the same texts are addresses as in Node, except for zones and IPv4-mapped addresses', () => {
  for (const address of Object.values(KINDS).flat()) {
    const stricter = address.includes('%') || /^::ffff:/i.test(address);
    assert.equal(addressKind(address) !== 'none', isIP(address) !== 0 && !stricter, address);
  }
});
