import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrProblem } from '../../../crds/cidr.ts';
import { CidrReader } from '../../../proxy/address-set/cidr-reader.ts';
import { Random } from '../../crds/random.ts';
import { randomCidrs } from './random-cidrs.ts';

const read = (text: string): string => {
  const reader = new CidrReader();
  // Surrounded, as in a longer text, by what would change the result if it were read.
  if (reader.read(`1:${text}/9`, 2, 2 + text.length) !== 2 + text.length) return 'refused';
  const groups = [...reader.words.slice(0, reader.isV6 ? 4 : 1)].flatMap((word) => [
    word >>> 16,
    word & 0xffff,
  ]);
  return `${groups.map((group) => group.toString(16)).join(':')}/${reader.length}`;
};

const GOOD: readonly (readonly [string, string])[] = [
  ['10.0.0.0/8', 'a00:0/8'],
  ['192.0.2.255', 'c000:2ff/32'],
  ['0.0.0.0/0', '0:0/0'],
  ['255.255.255.255/32', 'ffff:ffff/32'],
  ['128.0.0.0/1', '8000:0/1'],
  ['::/0', '0:0:0:0:0:0:0:0/0'],
  ['::', '0:0:0:0:0:0:0:0/128'],
  ['::1', '0:0:0:0:0:0:0:1/128'],
  ['2001:DB8::/32', '2001:db8:0:0:0:0:0:0/32'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8/128'],
  ['1::7:8', '1:0:0:0:0:0:7:8/128'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0/128'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8/128'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0:0:0:c000:221/128'],
  ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304/128'],
  ['fe80::/10', 'fe80:0:0:0:0:0:0:0/10'],
];

for (const [text, expected] of GOOD)
  test(`the range ${text} is read`, () => {
    assert.equal(read(text), expected);
    assert.equal(cidrProblem(text), undefined);
  });

const BAD: readonly string[] = [
  ...[
    '',
    '/',
    '/8',
    'x',
    '10',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '10..0.0',
    '10.0.0.',
    '.10.0.0',
  ],
  ...[
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/+8',
    '10.0.0.0/8 ',
    ' 10.0.0.0',
  ],
  ...['10.0.0.0/1e1', '10.0.0.0/0008', '1234.0.0.0', '10.0.0.0/255.0.0.0', '10.0.0.5/8', '0.0.0.1/0'],
  ...[
    ':',
    ':::',
    '1:',
    ':1',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::/129',
  ],
  ...[
    '::1/0',
    '2001:db8::1/32',
    'fe80::1%eth0',
    '[::1]',
    '::1.2.3',
    '::1.2.3.4.5',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
  ],
  ...[
    '::ffff:10.0.0.0/104',
    '::ffff:a00:0',
    '0:0:0:0:0:ffff:1.2.3.4',
    '::1/',
    '::a1.2.3.4',
    '::1234.1.1.1',
    '１0.0.0.0',
  ],
];

for (const text of BAD)
  test(`${JSON.stringify(text)} is refused, with an explanation`, () => {
    assert.equal(read(text), 'refused');
    assert.match(cidrProblem(text) ?? '', /: write /);
  });

const EXPLAINED: readonly (readonly [string, RegExp])[] = [
  [
    '10.0.0.5/8',
    /bits beyond its prefix length: write 10\.0\.0\.0\/8 for the whole range, or 10\.0\.0\.5 for/,
  ],
  ['2001:db8:1::1/33', /write 2001:db8::\/33 for the whole range, or 2001:db8:1::1 for the one address/],
  ['::ffff:10.0.0.0/104', /IPv4-mapped: write it as IPv4, such as 10\.0\.0\.0/],
  ['example.com', /neither an address nor a CIDR range/],
];

for (const [text, pattern] of EXPLAINED)
  test(`the explanation of ${text} says what to write`, () => {
    assert.match(cidrProblem(text) ?? '', pattern);
  });

const SEED = 14;
const MUTANTS = [...'0123456789abcdefABCDEFg:./% \t-+[]'];

test('what the reader refuses and what is explained are the same, for a hundred thousand mutated texts', () => {
  const random = new Random(SEED);
  const corpus = [...GOOD.map(([text]) => text), ...BAD, ...randomCidrs(random, 500).cidrs];
  let refused = 0;
  for (let i = 0; i < 100_000; i++) {
    let text = corpus[random.integer(0, corpus.length - 1)] as string;
    for (let change = random.integer(0, 2); change > 0; change--) {
      const at = random.integer(0, text.length);
      const inserted = random.chance(0.6) ? MUTANTS[random.integer(0, MUTANTS.length - 1)] : '';
      text = text.slice(0, at) + inserted + text.slice(at + random.integer(0, 1));
    }
    const isRefused = read(text) === 'refused';
    if (isRefused) refused++;
    assert.equal(isRefused, cidrProblem(text) !== undefined, `seed ${SEED}: ${JSON.stringify(text)}`);
  }
  assert.ok(refused > 10_000 && refused < 90_000, `${refused} refused`);
});
