import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trustedSources } from '../../../proxy/proxy-protocol/trusted-sources.ts';
import {
  readSocketAddress,
  SOCKET_ADDRESS_BYTES,
  writeSocketAddress,
} from '../../../proxy/sys/socket-address.ts';

const isIn = (cidr: string, address: string): boolean => {
  const encoded = new Uint8Array(SOCKET_ADDRESS_BYTES);
  writeSocketAddress(new DataView(encoded.buffer), 0, address, 0);
  const bytes = new Uint8Array(20);
  readSocketAddress(encoded, bytes, 4);
  return trustedSources(['203.0.113.77/32', cidr])(bytes, 4);
};

for (const [cidr, inside, outside] of [
  [
    '10.0.0.0/8',
    ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
    ['9.255.255.255', '11.0.0.0', '::10.0.0.1'],
  ],
  ['10.1.2.3/8', ['10.9.9.9'], ['11.1.2.3']],
  ['192.0.2.128/25', ['192.0.2.128', '192.0.2.255'], ['192.0.2.127', '192.0.3.128']],
  ['192.0.2.1/32', ['192.0.2.1'], ['192.0.2.0', '192.0.2.2']],
  ['192.0.2.0/31', ['192.0.2.0', '192.0.2.1'], ['192.0.2.2']],
  ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::', '2001:db8::1']],
  ['2001:db8::/32', ['2001:db8::', '2001:db8:ffff::1'], ['2001:db9::', '10.0.0.1']],
  ['2001:DB8::8000/113', ['2001:db8::8000', '2001:db8::ffff'], ['2001:db8::7fff']],
  ['::1/128', ['::1'], ['::2', '0.0.0.1']],
  ['::/0', ['::', 'ffff::'], ['0.0.0.0', '10.0.0.1']],
] as const)
  test(`${cidr} contains ${inside.join(', ')} and not ${outside.join(', ')}`, () => {
    for (const address of inside) assert.ok(isIn(cidr, address), address);
    for (const address of outside) assert.ok(!isIn(cidr, address), address);
  });
