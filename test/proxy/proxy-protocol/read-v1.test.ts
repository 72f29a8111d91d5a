import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readV1, V1_MOST_BYTES } from '../../../proxy/proxy-protocol/read-v1.ts';
import { readText } from './read.ts';

const read = (text: string): string => readText(readV1, Buffer.from(text, 'latin1'));

const LONGEST = `PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`;

const GOOD: readonly (readonly [text: string, says: string])[] = [
  ['TCP4 192.0.2.1 198.51.100.2 40000 443', '192.0.2.1 40000 > 198.51.100.2 443'],
  ['TCP4 0.0.0.0 255.255.255.255 0 65535', '0.0.0.0 0 > 255.255.255.255 65535'],
  ['TCP6 2001:db8::1 2001:DB8::A 1 2', '2001:db8::1 1 > 2001:db8::a 2'],
  ['TCP6 :: ::1 1 2', ':: 1 > ::1 2'],
  ['TCP6 1:: 1:2:3:4:5:6:7:8 1 2', '1:: 1 > 1:2:3:4:5:6:7:8 2'],
  ['TCP6 1::8 1:2:3::8 1 2', '1::8 1 > 1:2:3::8 2'],
  ['TCP6 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 1 2', '1:2:3:4:5:6:7:0 1 > 0:2:3:4:5:6:7:8 2'],
  ['TCP6 ::ffff:192.0.2.1 64:ff9b::192.0.2.1 1 2', '192.0.2.1 1 > 64:ff9b::c000:201 2'],
];

for (const [text, says] of GOOD)
  test(`PROXY ${text} names ${says}`, () => {
    const line = `PROXY ${text}\r\n`;
    assert.equal(read(line), `${says} (${line.length})`);
    assert.equal(read(`${line}\r\nPROXY `), `${says} (${line.length})`, 'with other bytes behind it');
  });

test('a header of the kind UNKNOWN names nobody, whatever follows on its line', () => {
  assert.equal(read('PROXY UNKNOWN\r\n'), 'Unnamed (15)');
  assert.equal(read('PROXY UNKNOWN a b c\r\nd'), 'Unnamed (21)');
  assert.equal(read(LONGEST), `Unnamed (${V1_MOST_BYTES})`);
});

const MALFORMED = [
  '',
  'UDP4 192.0.2.1 192.0.2.2 1 2',
  'TCP5 192.0.2.1 192.0.2.2 1 2',
  'tcp4 192.0.2.1 192.0.2.2 1 2',
  'UNKNOWNS',
  'TCP4',
  'TCP4 192.0.2.1',
  'TCP4 192.0.2.1 192.0.2.2 1',
  'TCP4 192.0.2.1 192.0.2.2 1 2 ',
  'TCP4 192.0.2.1 192.0.2.2 1 2 3',
  'TCP4  192.0.2.1 192.0.2.2 1 2',
  'TCP4 192.0.2.1  192.0.2.2 1 2',
  'TCP4 192.0.2.1\t192.0.2.2 1 2',
  'TCP4 192.0.2 192.0.2.2 1 2',
  'TCP4 192.0.2.1.1 192.0.2.2 1 2',
  'TCP4 192.0.2.256 192.0.2.2 1 2',
  'TCP4 192.0.2.01 192.0.2.2 1 2',
  'TCP4 192.0.2. 192.0.2.2 1 2',
  'TCP4 192.0.2.-1 192.0.2.2 1 2',
  'TCP4 2001:db8::1 2001:db8::2 1 2',
  'TCP4 192.0.2.1 192.0.2.2 1 65536',
  'TCP4 192.0.2.1 192.0.2.2 01 2',
  'TCP4 192.0.2.1 192.0.2.2 -1 2',
  'TCP4 192.0.2.1 192.0.2.2 1 99999999999999999999',
  'TCP6 192.0.2.1 192.0.2.2 1 2',
  ...['1', ':1', '1:', '1:::2', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8'].map(
    (address) => `TCP6 ${address} ::1 1 2`,
  ),
  ...['12345::', 'g::', '::1%lo', '[::1]', ':', ':::', '::1.2.3', '1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4::'].map(
    (address) => `TCP6 ${address} ::1 1 2`,
  ),
];

for (const text of MALFORMED)
  test(`PROXY ${JSON.stringify(text)} is malformed`, () => {
    assert.equal(read(`PROXY ${text}\r\n`), 'Malformed');
  });

test('a line that ends with a line feed alone is malformed', () => {
  assert.equal(read('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n'), 'Malformed');
  assert.equal(read('PROXY UNKNOWN\n'), 'Malformed');
});

test('other bytes are no header from the first one that differs', () => {
  for (const text of ['G', 'GET / HTTP/1.1\r\n', 'P ', 'proxy ', 'PROXYTCP4', '\r\n\r\n', '\0'])
    assert.equal(read(text), 'Missing', text);
});

test('each beginning of a header needs more, whatever bytes the buffer has behind it', () => {
  for (const line of [`PROXY ${GOOD[0]?.[0]}\r\n`, LONGEST])
    for (let length = 0; length < line.length; length++)
      for (const follows of [0, 10, 13, 32, 49, 255])
        assert.equal(
          readText(readV1, Buffer.from(line.slice(0, length)), follows),
          'NeedMore',
          `${length} bytes of ${line}`,
        );
});

test('a line without an end in 107 bytes is too long', () => {
  assert.equal(read(`PROXY UNKNOWN ${'x'.repeat(92)}`), 'NeedMore');
  assert.equal(read(`PROXY UNKNOWN ${'x'.repeat(93)}`), 'TooLong');
  assert.equal(read(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`), 'TooLong');
  assert.equal(read(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`), 'Unnamed (107)');
});
