import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains } from '../../../proxy/address-set/address-set.ts';
import { buildAddressSet } from '../../../proxy/address-set/build.ts';
import { containingRange } from '../../../proxy/address-set/containing-range.ts';
import { addressText } from '../../../proxy/relay-engine/address-text.ts';
import {
  readSocketAddress,
  SOCKET_ADDRESS_BYTES,
  writeSocketAddress,
} from '../../../proxy/sys/socket-address.ts';
import { Random } from '../../crds/random.ts';
import { randomCidrs } from './random-cidrs.ts';

const bytesOf = (address: string): Uint8Array => {
  const encoded = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const bytes = new Uint8Array(16);
  writeSocketAddress(new DataView(encoded.buffer), 0, address, 0);
  readSocketAddress(encoded, bytes, 0);
  return bytes;
};

const rangeOf = (cidrs: readonly string[], address: string): string | undefined => {
  const range = containingRange(buildAddressSet(cidrs), bytesOf(address), 0);
  if (range === undefined) return undefined;
  const first = addressText(range.first, 0);
  return range.prefix === undefined ? `${first}-${addressText(range.last, 0)}` : `${first}/${range.prefix}`;
};

const CASES: readonly (readonly [string, readonly string[], string, string | undefined])[] = [
  ['a range', ['10.0.0.0/8', '192.0.2.0/24'], '10.1.2.3', '10.0.0.0/8'],
  ['one address', ['192.0.2.1'], '192.0.2.1', '192.0.2.1/32'],
  ['two halves, as one', ['10.0.0.0/9', '10.128.0.0/9'], '10.200.0.1', '10.0.0.0/8'],
  [
    'neighbours that are no CIDR range together',
    ['10.0.1.0/24', '10.0.2.0/24'],
    '10.0.1.9',
    '10.0.1.0-10.0.2.255',
  ],
  ['all of IPv4', ['0.0.0.0/0'], '198.51.100.1', '0.0.0.0/0'],
  ['the last addresses', ['255.0.0.0/8'], '255.255.255.255', '255.0.0.0/8'],
  ['none', ['10.0.0.0/8'], '11.0.0.1', undefined],
  ['none of an empty set', [], '11.0.0.1', undefined],
  ['a short IPv6 prefix', ['fd00::/8', '2001:db8::/32'], 'fd12::1', 'fd00::/8'],
  ['one IPv6 address', ['2001:db8::1'], '2001:db8::1', '2001:db8::1/128'],
  ['all of IPv6, which has no IPv4 address', ['::/0'], '192.0.2.1', undefined],
  ['all of IPv6', ['::/0'], '2001:db8::1', '::/0'],
];

for (const [what, cidrs, address, range] of CASES)
  test(`the range that contains an address is ${what}`, () => assert.equal(rangeOf(cidrs, address), range));

test('in random sets, the range has the address and both its ends, and not what is next to them', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = new Random(seed);
  let found = 0;
  for (let round = 0; round < 300; round++) {
    const { cidrs } = randomCidrs(random, random.integer(1, 40), random.pick(['AnyLength', 'Crowded']));
    const set = buildAddressSet(cidrs);
    for (const cidr of cidrs) {
      const address = bytesOf(cidr.split('/')[0] as string);
      const range = containingRange(set, address, 0);
      assert.ok(range !== undefined, `seed ${seed}: ${cidr} of ${cidrs}`);
      assert.ok(contains(set, range.first, 0) && contains(set, range.last, 0), `seed ${seed}: ${cidrs}`);
      for (const [end, by] of [
        [range.first, -1],
        [range.last, 1],
      ] as const) {
        const next = neighbour(end, by);
        assert.ok(next === undefined || !contains(set, next, 0), `seed ${seed}: ${cidr} of ${cidrs}`);
      }
      found++;
    }
  }
  assert.ok(found > 1000);
});

/** The address before or after; undefined beyond those of its family. */
const neighbour = (address: Uint8Array, by: 1 | -1): Uint8Array | undefined => {
  const next = Uint8Array.from(address);
  const isV4 =
    address[10] === 0xff && address[11] === 0xff && address.subarray(0, 10).every((one) => one === 0);
  for (let at = 15; at >= (isV4 ? 12 : 0); at--) {
    const sum = (next[at] as number) + by;
    next[at] = sum & 255;
    if (sum >= 0 && sum <= 255) return next;
  }
  return undefined;
};
