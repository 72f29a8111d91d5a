import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrProblem } from '../../../crds/cidr.ts';
import { contains } from '../../../proxy/address-set/address-set.ts';
import { type ListForm, ListReader, type SourceList } from '../../../proxy/address-set/list-reader.ts';
import { Random } from '../../crds/random.ts';
import { bytesOf, naiveAddress, textOf } from './naive.ts';

/** `make soak` reads a million. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Lines that lists consist of; most inputs are a few changes away from some of them. */
const CORPUS: readonly [string, ...string[]] = [
  ...(['allow 192.0.2.0/24;', 'deny 192.0.2.7', 'deny 2001:db8::/32 # a provider', '10.0.0.0/8'] as const),
  ...['2001:db8::1', '::/0', '0.0.0.0/0', '64:ff9b::192.0.2.33', '1:2:3:4:5:6:7:8/128', 'fe80::/10'],
  ...['', '# nothing', '\t; nothing', 'allow', 'deny all;', '10.0.0.5/8', '::ffff:10.0.0.1', 'a.example'],
];
const TELLING: readonly [string, ...string[]] = [
  ...(['allow ', 'deny ', '/', ':', '::', '.', ';', '#', ' ', '\t', '\r', '\n'] as const),
  ...['0', '1', '9', '255', '256', '32', '128', '129', 'f', 'G', 'ffff', '\0', '\x7f', 'é', '\u3000'],
];
const FORMS: readonly [ListForm, ...ListForm[]] = ['Allow', 'Deny', 'AllowOrDeny'];

const changed = (random: Random, text: string): string => {
  const at = random.integer(0, text.length);
  const telling = random.pick(TELLING);
  switch (random.integer(0, 3)) {
    case 0:
      return text.slice(0, at) + telling + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + random.integer(1, 3));
    case 2:
      return text.slice(0, at) + telling + text.slice(at + 1);
    default:
      return text.slice(0, at);
  }
};

const anyRange = (random: Random): string => {
  const isV6 = random.chance(0.5);
  const bits = isV6 ? 128 : 32;
  let value = 0n;
  for (let i = 0; i < bits; i += 16)
    value = (value << 16n) | BigInt(random.chance(0.3) ? 0 : random.integer(0, 0xffff));
  const length = random.integer(0, bits);
  const hostBits = BigInt(random.chance(0.9) ? bits - length : 0);
  return `${textOf({ isV6, value: (value >> hostBits) << hostBits })}/${length}`;
};

const randomLine = (random: Random, form: ListForm): string => {
  const word = form === 'AllowOrDeny' ? random.pick(['allow ', 'deny ']) : '';
  let line = random.chance(0.6) ? `${word}${anyRange(random)}` : random.pick(CORPUS);
  for (let changes = random.chance(0.6) ? 0 : random.integer(1, 3); changes > 0; changes--)
    line = changed(random, line);
  return line;
};

interface NaiveList {
  readonly ranges: readonly { readonly deny: boolean; readonly range: string }[];
  readonly wrongLine: number | undefined;
}

/** What a list says by a second implementation: its ranges in order, up to the first line that is wrong. */
const naiveList = (text: string, form: ListForm): NaiveList => {
  const ranges: { readonly deny: boolean; readonly range: string }[] = [];
  // Control characters count as spaces.
  for (const [index, line] of text.split('\n').entries()) {
    const content = (line.split(/[#;]/)[0] ?? '').replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
    if (content === '') continue;
    const [, word, rest] = /^(allow|deny)(?:[\0-\x20]+(.*))?$/s.exec(content) ?? [];
    const range = form === 'AllowOrDeny' ? (rest ?? '') : content;
    const isWrong = (form === 'AllowOrDeny' && word === undefined) || cidrProblem(range) !== undefined;
    if (isWrong) return { ranges, wrongLine: index + 1 };
    ranges.push({ deny: form === 'AllowOrDeny' ? word === 'deny' : form === 'Deny', range });
  }
  return { ranges, wrongLine: undefined };
};

test('on random lists the reader says what a second implementation says, in slices of any size', (t) => {
  t.diagnostic(`SEED=${SEED} FUZZ_INPUTS=${INPUTS}`);
  const random = new Random(SEED);
  let [wrong, ranges] = [0, 0];
  for (let input = 0; input < INPUTS; input++) {
    const form = random.pick(FORMS);
    const lines = random.list(0, 3, () => randomLine(random, form));
    const text = lines.join(random.pick(['\n', '\n', '\r\n']));
    const at = `SEED=${SEED} input ${input}: ${form} ${JSON.stringify(text)}`;
    const reader = new ListReader();
    reader.begin(text, form);
    while (reader.read(random.integer(1, 3)));
    const expected: NaiveList = naiveList(text, form);
    assert.equal(reader.problem?.line, expected.wrongLine, at);
    if (expected.wrongLine !== undefined) {
      wrong++;
      assert.notEqual(reader.problem?.message, '', at);
      continue;
    }
    ranges += expected.ranges.length;
    const list: SourceList = reader.build();
    for (const action of ['allow', 'deny'] as const) {
      const its: NaiveList['ranges'] = expected.ranges.filter(({ deny }) => deny === (action === 'deny'));
      assert.equal(list[action]?.entries ?? 0, its.length, at);
      for (const { range } of its) {
        const first = naiveAddress(range.split('/')[0] ?? '');
        assert.ok(list[action] !== undefined && contains(list[action], bytesOf(first), 0), at);
      }
    }
  }
  t.diagnostic(`${wrong} wrong lists, ${ranges} ranges`);
  assert.ok(wrong > INPUTS / 5 && ranges > INPUTS / 5);
});
