import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../../proxy/proxy-protocol/crc32c.ts';

/** RFC 3720, appendix B.4; its bytes are in the order in which iSCSI sends them. */
const VECTORS: readonly (readonly [name: string, bytes: Buffer, crc: number])[] = [
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 incrementing bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['32 decrementing bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
  [
    'an iSCSI SCSI Read (10) command',
    Buffer.from(
      '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' + '0200000000000000',
      'hex',
    ),
    0xd9963a56,
  ],
  ['the digits from 1 to 9', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
];

test('CRC32C has the values of the vectors of RFC 3720', () => {
  for (const [name, bytes, crc] of VECTORS) assert.equal(crc32c(bytes, bytes.length), crc, name);
});

test('four bytes can count as zero, whatever they are', () => {
  const zeros = Buffer.alloc(32);
  for (const at of [0, 13, 28]) {
    const bytes = Buffer.alloc(32);
    bytes.fill(0xa5, at, at + 4);
    assert.equal(crc32c(bytes, 32, at), crc32c(zeros, 32));
    assert.notEqual(crc32c(bytes, 32), crc32c(zeros, 32));
  }
});

test('bytes beyond the length do not count', () => {
  assert.equal(crc32c(Buffer.from('123456789 and more'), 9), 0xe3069283);
});
