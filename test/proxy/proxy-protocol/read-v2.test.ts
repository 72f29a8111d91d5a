import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readV2, V2_MOST_BYTES } from '../../../proxy/proxy-protocol/read-v2.ts';
import { IPV4_BLOCK, IPV6_BLOCK, v2, withChecksum, withTlvs } from './headers.ts';
import { readText } from './read.ts';

const read = (bytes: Buffer): string => readText(readV2, bytes);

const IPV4 = '192.0.2.1 40000 > 198.51.100.2 443';
const UNIX_BLOCK = Buffer.alloc(216, '/run/a.sock');

test('a header of a TCP connection names its client and what that connected to', () => {
  assert.equal(read(v2(0x21, 0x11, IPV4_BLOCK)), `${IPV4} (28)`);
  assert.equal(read(v2(0x21, 0x21, IPV6_BLOCK)), '2001:db8::1 40000 > 2001:db8::2 443 (52)');
});

test('bytes behind a header are not part of it', () => {
  const header = v2(0x21, 0x11, IPV4_BLOCK);
  assert.equal(read(Buffer.concat([header, header, Buffer.from('GET /')])), `${IPV4} (28)`);
});

for (const [name, header] of [
  ['a local connection', v2(0x20, 0x00)],
  ['a local connection with addresses', v2(0x20, 0x11, IPV4_BLOCK)],
  ['a local connection of an unknown family', v2(0x20, 0xff, Buffer.from('anything'))],
  ['an unspecified family', v2(0x21, 0x00)],
  ['an unspecified family with anything behind it', v2(0x21, 0x01, Buffer.from([3, 0, 9, 1]))],
  ['a Unix socket', v2(0x21, 0x31, UNIX_BLOCK)],
  ['a datagram', v2(0x21, 0x12, IPV4_BLOCK)],
  ['an unspecified transport', v2(0x21, 0x20, IPV6_BLOCK)],
] as const)
  test(`a header of ${name} names nobody`, () => {
    assert.equal(read(header), `Unnamed (${header.length})`);
  });

for (const [name, header] of [
  ['of version 1', v2(0x11, 0x11, IPV4_BLOCK)],
  ['of version 3', v2(0x31, 0x11, IPV4_BLOCK)],
  ['with an unknown command', v2(0x22, 0x11, IPV4_BLOCK)],
  ['of an unknown family', v2(0x21, 0x41, IPV4_BLOCK)],
  ['with an unknown transport', v2(0x21, 0x13, IPV4_BLOCK)],
  ['with an unknown transport of no family', v2(0x21, 0x0f)],
  ['that is shorter than its IPv4 addresses', v2(0x21, 0x11, IPV4_BLOCK.subarray(1))],
  ['that is shorter than its IPv6 addresses', v2(0x21, 0x21, IPV6_BLOCK.subarray(1))],
  ['that is shorter than its Unix addresses', v2(0x21, 0x31, UNIX_BLOCK.subarray(1))],
  [
    'with a TLV that is cut off within its head',
    v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, Buffer.from([4, 0])])),
  ],
  ['with a TLV that ends beyond it', v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, Buffer.from([4, 0, 2, 1])]))],
  ['with a checksum of three bytes', withTlvs([3, Buffer.alloc(3)])],
] as const)
  test(`a header ${name} is malformed`, () => {
    assert.equal(read(header), 'Malformed');
  });

test('TLVs of any type and length are passed over', () => {
  const header = withTlvs(
    [0x04, Buffer.alloc(0)],
    [0xee, Buffer.alloc(300)],
    [0x02, Buffer.from('a.example')],
  );
  assert.equal(read(header), `${IPV4} (${header.length})`);
});

test('a right checksum is accepted, wherever it is among other TLVs', () => {
  const last = withChecksum([0xee, Buffer.from('value')]);
  assert.equal(read(last), `${IPV4} (${last.length})`);
  assert.equal(read(withChecksum()), `${IPV4} (35)`);
});

test('a checksum is wrong if any bit of the header is another one', () => {
  const header = withChecksum([0xee, Buffer.from('value')]);
  for (let bit = 16 * 8; bit < header.length * 8; bit++) {
    const other = Buffer.from(header);
    other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
    // In the type of the checksum's own TLV a bit makes it one of another type, which says nothing.
    if (bit >> 3 === header.length - 7) continue;
    assert.equal(read(other), 'Malformed', `bit ${bit}`);
  }
});

test('each beginning of a header needs more', () => {
  const header = withChecksum([0xee, Buffer.alloc(40)]);
  for (let length = 0; length < header.length; length++)
    assert.equal(read(header.subarray(0, length)), 'NeedMore', `${length} bytes`);
});

test('other bytes are no header from the first one that differs', () => {
  for (const text of ['G', '\r\n\r\r', '\r\n\r\n\0\r\nQUIT\r', 'PROXY TCP4 '])
    assert.equal(read(Buffer.from(text)), 'Missing', JSON.stringify(text));
});

test('a header of 16 KiB is accepted, and a longer one is refused as soon as its length is known', () => {
  const filled = v2(0x20, 0, Buffer.alloc(V2_MOST_BYTES - 16));
  assert.equal(read(filled), `Unnamed (${V2_MOST_BYTES})`);
  assert.equal(read(v2(0x21, 0x11, IPV4_BLOCK, V2_MOST_BYTES - 15)), 'TooLong');
  assert.equal(read(v2(0x21, 0x11, Buffer.alloc(0), 0xffff)), 'TooLong');
});
