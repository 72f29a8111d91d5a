import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyHeader, type Header } from '../../../proxy/proxy-protocol/header.ts';
import { READERS, type ReadHeader } from '../../../proxy/proxy-protocol/read-header.ts';
import { V1_MOST_BYTES } from '../../../proxy/proxy-protocol/read-v1.ts';
import {
  MOST_WRITTEN_BYTES,
  type V2Content,
  writeV1,
  writeV1Unknown,
  writeV2,
  writeV2Local,
} from '../../../proxy/proxy-protocol/write-header.ts';
import {
  readSocketAddress,
  SOCKET_ADDRESS_BYTES,
  writeSocketAddress,
} from '../../../proxy/sys/socket-address.ts';
import { readText } from './read.ts';

const PLAIN: V2Content = { transport: 'Stream', checksum: false, uniqueId: undefined };
const ID = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
const SIGNATURE = '0d0a0d0a000d0a515549540a';

const copyAddress = (address: string, to: Uint8Array): void => {
  const encoded = new Uint8Array(SOCKET_ADDRESS_BYTES);
  writeSocketAddress(new DataView(encoded.buffer), 0, address, 0);
  readSocketAddress(encoded, to, 0);
};

const headerOf = (
  source: string,
  sourcePort: number,
  destination: string,
  destinationPort: number,
): Header => {
  const header = emptyHeader();
  copyAddress(source, header.source);
  copyAddress(destination, header.destination);
  return Object.assign(header, { sourcePort, destinationPort });
};

/** What was written; the memory has other bytes before. */
const written = (write: (to: Uint8Array) => number): Buffer => {
  const to = Buffer.alloc(256, 0xee);
  const length = write(to);
  assert.ok(
    to.subarray(length).every((byte) => byte === 0xee),
    'writes beyond its length',
  );
  return to.subarray(0, length);
};

const IPV4 = headerOf('192.0.2.1', 40_000, '198.51.100.2', 443);
const IPV6 = headerOf('2001:db8::1', 40_000, '2001:db8::2', 443);
const MIXED = headerOf('192.0.2.1', 1, '2001:db8::2', 2);

test('a header of version 1 is the line of the specification', () => {
  assert.equal(
    written((to) => writeV1(to, IPV4)).toString(),
    'PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n',
  );
  assert.equal(
    written((to) => writeV1(to, IPV6)).toString(),
    'PROXY TCP6 2001:db8::1 2001:db8::2 40000 443\r\n',
  );
  assert.equal(
    written((to) => writeV1(to, MIXED)).toString(),
    'PROXY TCP6 ::ffff:c000:201 2001:db8::2 1 2\r\n',
  );
  assert.equal(written(writeV1Unknown).toString(), 'PROXY UNKNOWN\r\n');
});

test('an IPv6 address in a line is spelled as RFC 5952 wants it', () => {
  for (const address of [
    ...[
      '::',
      '::1',
      '1::',
      '1:2:3:4:5:6:7:8',
      '1:0:3:4:5:6:7:8',
      '1::4:5:6:7:8',
      '::4:0:0:7:8',
      '1:0:0:4::8',
    ],
    ...['1::4:0:0:7:8', 'fd00::', 'ffff:ffff::', '0:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:0', '1:2:3:4:5:6::'],
  ])
    assert.equal(
      written((to) => writeV1(to, headerOf(address, 1, '64:ff9b::', 2))).toString(),
      `PROXY TCP6 ${address} 64:ff9b:: 1 2\r\n`,
    );
});

test('the longest line has as many bytes as the specification allows, but for its UNKNOWN', () => {
  const ffff = Array.from({ length: 8 }, () => 'ffff').join(':');
  const line = written((to) => writeV1(to, headerOf(ffff, 65_535, ffff, 65_535)));
  assert.equal(line.length, V1_MOST_BYTES - 3);
});

test('a header of version 2 has the bytes of the specification', () => {
  assert.equal(
    written((to) => writeV2(to, IPV4, PLAIN)).toString('hex'),
    `${SIGNATURE}2111000cc0000201c63364029c4001bb`,
  );
  assert.equal(
    written((to) => writeV2(to, IPV4, { ...PLAIN, transport: 'Datagram' })).toString('hex'),
    `${SIGNATURE}2112000cc0000201c63364029c4001bb`,
  );
  assert.equal(
    written((to) => writeV2(to, IPV6, { ...PLAIN, transport: 'Datagram' }))
      .subarray(0, 16)
      .toString('hex'),
    `${SIGNATURE}21220024`,
  );
  assert.equal(written(writeV2Local).toString('hex'), `${SIGNATURE}20000000`);
});

test('TLVs are a unique ID and a checksum over everything', () => {
  const header = written((to) => writeV2(to, IPV4, { transport: 'Stream', checksum: true, uniqueId: ID }));
  assert.equal(header.subarray(14, 16).toString('hex'), '0026');
  assert.equal(header.subarray(28, -4).toString('hex'), '0500100102030405060708090a0b0c0d0e0f10030004');
});

const wrote = (header: Header, content: V2Content) => (to: Uint8Array) => writeV2(to, header, content);

test('what is written is read again', () => {
  const { V1, V2, Any } = READERS;
  const everything: V2Content = { transport: 'Stream', checksum: true, uniqueId: ID };
  const cases: readonly (readonly [ReadHeader, (to: Uint8Array) => number, string])[] = [
    [V1.read, (to) => writeV1(to, IPV4), '192.0.2.1 40000 > 198.51.100.2 443'],
    [V1.read, (to) => writeV1(to, IPV6), '2001:db8::1 40000 > 2001:db8::2 443'],
    [Any.read, (to) => writeV1(to, MIXED), '192.0.2.1 1 > 2001:db8::2 2'],
    [V1.read, writeV1Unknown, 'Unnamed'],
    [V2.read, writeV2Local, 'Unnamed'],
    ...[PLAIN, everything, { ...PLAIN, checksum: true }, { ...PLAIN, uniqueId: ID }].flatMap(
      (content): (readonly [ReadHeader, (to: Uint8Array) => number, string])[] => [
        [V2.read, wrote(IPV4, content), '192.0.2.1 40000 > 198.51.100.2 443'],
        [V2.read, wrote(IPV6, content), '2001:db8::1 40000 > 2001:db8::2 443'],
        [Any.read, wrote(MIXED, content), '192.0.2.1 1 > 2001:db8::2 2'],
      ],
    ),
  ];
  for (const [read, write, says] of cases) {
    const bytes = written(write);
    assert.equal(readText(read, bytes), `${says} (${bytes.length})`);
  }
  assert.equal(written(wrote(IPV6, everything)).length, MOST_WRITTEN_BYTES);
});
