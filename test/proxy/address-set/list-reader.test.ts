import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressSet, contains } from '../../../proxy/address-set/address-set.ts';
import { type ListForm, ListReader } from '../../../proxy/address-set/list-reader.ts';
import { Random } from '../../crds/random.ts';
import { bytesOf, naiveAddress, naiveContains, textOf } from './naive.ts';
import { randomAddress, randomCidrs } from './random-cidrs.ts';

const readAll = (reader: ListReader, text: string, form: ListForm, lines = 3): void => {
  reader.begin(text, form);
  while (reader.read(lines));
};

const read = (text: string, form: ListForm): ListReader => {
  const reader = new ListReader();
  readAll(reader, text, form);
  return reader;
};

const has = (set: AddressSet | undefined, address: string): boolean =>
  set !== undefined && contains(set, bytesOf(naiveAddress(address)), 0);

test('a list has one address or range per line, with comments and empty lines', () => {
  const text = [
    '# blocked since May',
    '192.0.2.0/24',
    '',
    '  2001:db8::/32\t; their provider\r',
    '198.51.100.7#one address',
    '   ',
    '; the end',
    '203.0.113.0/24',
  ].join('\n');
  const { allow, deny } = read(text, 'Deny').build();
  assert.equal(allow, undefined);
  assert.equal(deny?.entries, 4);
  for (const address of ['192.0.2.9', '2001:db8::9', '198.51.100.7', '203.0.113.9'])
    assert.equal(has(deny, address), true, address);
  assert.equal(has(deny, '198.51.100.8'), false);
});

test('whatever may follow an address ends it', () => {
  for (const address of ['192.0.2.1', '2001:db8::', '::', '2001:db8::1', '192.0.2.0/24', '2001:db8::/32'])
    for (const end of ['', ' ', ';', '#x', '\r', '\t# x', '\0']) {
      const reader = read(`${address}${end}\n`, 'Deny');
      assert.equal(reader.problem, undefined, JSON.stringify(address + end));
      assert.equal(reader.build().deny?.entries, 1);
    }
});

test('a file says in each line whether it allows or denies, as files of nginx do', () => {
  const { allow, deny } = read('deny 192.0.2.1;\nallow  192.0.2.0/24; # the rest\n', 'AllowOrDeny').build();
  assert.equal(has(allow, '192.0.2.1'), true);
  assert.equal(has(deny, '192.0.2.1'), true);
  assert.equal(has(deny, '192.0.2.2'), false);
});

test('a list of who may connect restricts even if it is empty, and a file without such lines does not', () => {
  assert.equal(read('# nobody\n', 'Allow').build().allow?.entries, 0);
  assert.equal(read('deny 192.0.2.1', 'AllowOrDeny').build().allow, undefined);
});

test('several texts make one list', () => {
  const reader = new ListReader();
  readAll(reader, '10.0.0.0/8', 'Allow');
  readAll(reader, '10.9.0.0/16', 'Deny');
  const { allow, deny } = reader.build();
  assert.deepEqual(
    [has(allow, '10.9.0.1'), has(deny, '10.9.0.1'), has(deny, '10.8.0.1')],
    [true, true, false],
  );
});

const BAD: readonly (readonly [string, ListForm, RegExp])[] = [
  [
    '10.0.0.0/8\n\n10.0.0.5/8\nx',
    'Deny',
    /^line 3: "10\.0\.0\.5\/8" has bits beyond its prefix length: write /,
  ],
  ['example.com', 'Allow', /^line 1: "example\.com" is neither an address nor a CIDR range: write /],
  ['10.0.0.1 10.0.0.2', 'Allow', /^line 1: "10\.0\.0\.1 10\.0\.0\.2" is neither/],
  ['allow 10.0.0.1', 'Allow', /^line 1: "allow 10\.0\.0\.1" is neither/],
  [
    '10.0.0.1',
    'AllowOrDeny',
    /^line 1: expected "allow" or "deny" and an address or a CIDR range, found "10/,
  ],
  ['allow 10.0.0.1\ndeny all', 'AllowOrDeny', /^line 2: "all" is neither/],
  ['allow', 'AllowOrDeny', /^line 1: "" is neither/],
];

for (const [text, form, problem] of BAD)
  test(`the list ${JSON.stringify(text)} is refused with its line and what to write`, () => {
    const { line, message } = read(text, form).problem ?? {};
    assert.match(`line ${line}: ${message}`, problem);
  });

const SEED = 77;

test('a list gives the same answers as its ranges, however its lines are divided into slices', () => {
  const random = new Random(SEED);
  for (const lines of [1, 7, 100_000]) {
    const { cidrs, firsts } = randomCidrs(random, 500);
    const reader = new ListReader();
    readAll(reader, cidrs.join('\n'), 'Deny', lines);
    const { deny } = reader.build();
    const naive = naiveContains(cidrs);
    for (let i = 0; i < 5_000; i++) {
      const address = randomAddress(random, firsts);
      const text = `seed ${SEED}, ${lines} lines: ${textOf(address)}`;
      assert.equal(deny && contains(deny, bytesOf(address), 0), naive(address), text);
    }
  }
});
