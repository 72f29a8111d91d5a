import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains } from '../../../proxy/address-set/address-set.ts';
import { NODE } from '../../../proxy/address-set/boundary-index.ts';
import { buildAddressSet } from '../../../proxy/address-set/build.ts';
import { Random } from '../../crds/random.ts';
import { bytesOf, naiveAddress, naiveContains, searchByLength, textOf } from './naive.ts';
import { randomAddress, randomCidrs } from './random-cidrs.ts';

const has = (cidrs: readonly string[], address: string): boolean =>
  contains(buildAddressSet(cidrs), bytesOf(naiveAddress(address)), 0);

const ROWS: readonly {
  readonly what: string;
  readonly cidrs: readonly string[];
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}[] = [
  { what: 'nothing', cidrs: [], inside: [], outside: ['0.0.0.0', '255.255.255.255', '::', '2001:db8::1'] },
  {
    what: 'one IPv4 range',
    cidrs: ['10.0.0.0/8'],
    inside: ['10.0.0.0', '10.255.255.255', '10.1.2.3'],
    outside: ['9.255.255.255', '11.0.0.0', '::a00:1'],
  },
  {
    what: 'all of IPv4, but no IPv6 address',
    cidrs: ['0.0.0.0/0'],
    inside: ['0.0.0.0', '127.0.0.1', '255.255.255.255'],
    outside: ['::', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  },
  {
    what: 'all of IPv6, but no IPv4 address',
    cidrs: ['::/0'],
    inside: ['::', '::1', '2001:db8::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    outside: ['0.0.0.0', '10.0.0.1', '255.255.255.255'],
  },
  {
    what: 'single addresses, with and without a length',
    cidrs: ['192.0.2.1', '192.0.2.3/32', '2001:db8::1', '2001:db8::3/128'],
    inside: ['192.0.2.1', '192.0.2.3', '2001:db8::1', '2001:db8::3'],
    outside: ['192.0.2.0', '192.0.2.2', '192.0.2.4', '2001:db8::', '2001:db8::2', '2001:db8::4'],
  },
  {
    what: 'the first and the last addresses',
    cidrs: ['0.0.0.0', '255.255.255.255', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    inside: ['0.0.0.0', '255.255.255.255', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    outside: ['0.0.0.1', '255.255.255.254', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe'],
  },
  {
    what: 'ranges inside others, repeated ones, and ones that touch',
    cidrs: [
      '10.1.0.0/16',
      '10.0.0.0/8',
      '10.1.2.3',
      '10.0.0.0/8',
      '11.0.0.0/8',
      '2001:db8::/32',
      '2001:db8:1::/48',
    ],
    inside: ['10.1.2.3', '10.2.0.0', '11.0.0.0', '11.255.255.255', '2001:db8:1::5', '2001:db8:ffff::'],
    outside: ['9.255.255.255', '12.0.0.0', '2001:db9::', '2001:db7:ffff::'],
  },
  {
    what: 'the last range of both families',
    cidrs: ['255.0.0.0/8', 'ff00::/8', '240.0.0.0/4', 'f000::/4'],
    inside: ['240.0.0.0', '255.255.255.255', 'f000::', 'ffff::'],
    outside: ['239.255.255.255', 'efff:ffff::'],
  },
  {
    what: 'more addresses with one prefix than are compared one by one',
    cidrs: [1, 3, 5, 7, 9].flatMap((i) => [`192.0.2.${i}`, `2001:db8::${i}`, `2001:db8::${i}:0:0:0`]),
    inside: ['192.0.2.1', '192.0.2.9', '2001:db8::5', '2001:db8:0:0:7::'],
    outside: [
      '192.0.2.0',
      '192.0.2.4',
      '192.0.2.10',
      '192.0.3.1',
      '192.0.1.1',
      '2001:db8::4',
      '2001:db8:1::5',
      '2001:db7::5',
      '2001:db8:0:0:7::1',
    ],
  },
];

for (const { what, cidrs, inside, outside } of ROWS)
  test(`a set has the addresses of ${what}`, () => {
    for (const address of inside) assert.equal(has(cidrs, address), true, address);
    for (const address of outside) assert.equal(has(cidrs, address), false, address);
  });

test('an address is looked up at an offset of the bytes', () => {
  const bytes = new Uint8Array(48).fill(0xee);
  bytes.set(bytesOf(naiveAddress('192.0.2.1')), 16);
  assert.equal(contains(buildAddressSet(['192.0.2.1']), bytes, 16), true);
  assert.equal(contains(buildAddressSet(['192.0.2.1']), bytes, 0), false);
});

test('a copy that another thread would get shares the memory', () => {
  const set = buildAddressSet(['10.0.0.0/8', '2001:db8::/32']);
  const copy = structuredClone(set);
  assert.equal(contains(copy, bytesOf(naiveAddress('10.0.0.1')), 0), true);
  set.v4.nodes[NODE.First] = 0x7fff_ffff;
  assert.equal(contains(copy, bytesOf(naiveAddress('10.0.0.1')), 0), false);
});

test('a set says how many ranges it was made from', () => {
  assert.equal(buildAddressSet(['10.0.0.0/8', '10.0.0.0/8', '::1']).entries, 3);
});

const SEED = 20_261_129;
const LOOKUPS = 1_000_000;
const SETS = [1, 2, 3, 5, 8, 13, 30, 100, 300, 1000];

test('a set answers a million random lookups as a naive comparison of every range does', () => {
  const random = new Random(SEED);
  let inside = 0;
  for (const [index, count] of SETS.entries()) {
    const { cidrs, firsts } = randomCidrs(random, count, index % 2 === 0 ? 'AnyLength' : 'Crowded');
    const set = buildAddressSet(cidrs);
    const naive = naiveContains(cidrs);
    for (let i = 0; i < LOOKUPS / SETS.length; i++) {
      const address = randomAddress(random, firsts);
      const expected = naive(address);
      if (expected) inside++;
      if (contains(set, bytesOf(address), 0) !== expected)
        assert.fail(
          `seed ${SEED}: ${textOf(address)} should be ${expected ? 'inside' : 'outside'} ${cidrs.join(' ')}`,
        );
    }
  }
  assert.ok(inside > LOOKUPS / 10 && inside < (LOOKUPS / 10) * 9, `${inside} inside`);
});

test('a set of 100,000 ranges answers 100,000 random lookups as a search by prefix length does', () => {
  const random = new Random(SEED);
  const { cidrs, firsts } = randomCidrs(random, 100_000, 'Crowded');
  const set = buildAddressSet(cidrs);
  assert.equal(set.entries, cidrs.length);
  const search = searchByLength(cidrs);
  for (let i = 0; i < 100_000; i++) {
    const address = randomAddress(random, firsts);
    if (contains(set, bytesOf(address), 0) !== search(address))
      assert.fail(`seed ${SEED}: ${textOf(address)} should be ${search(address) ? 'inside' : 'outside'}`);
  }
});
