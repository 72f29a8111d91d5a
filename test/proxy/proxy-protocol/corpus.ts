import { emptyHeader, type Header } from '../../../proxy/proxy-protocol/header.ts';
import { writeV1, writeV2 } from '../../../proxy/proxy-protocol/write-header.ts';
import type { Random } from '../../crds/random.ts';
import { IPV4_BLOCK, IPV6_BLOCK, v2, withChecksum, withTlvs } from './headers.ts';

/** Where inputs begin; each is changed at random. */
const SEEDS: readonly [Buffer, ...Buffer[]] = [
  Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\nGET / HTTP/1.1\r\n'),
  Buffer.from('PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 1 65535\r\n'),
  Buffer.from('PROXY TCP6 1:2:3:4:5:6:7:8 :: 0 9\r\n\r\n'),
  Buffer.from(`PROXY UNKNOWN ${'ffff:'.repeat(15)}ffff 65535 65535\r\n`),
  Buffer.from('PROXY UNKNOWN\r\n'),
  Buffer.from('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n'),
  v2(0x21, 0x11, IPV4_BLOCK),
  v2(0x21, 0x21, IPV6_BLOCK),
  v2(0x21, 0x12, IPV4_BLOCK),
  v2(0x21, 0x31, Buffer.alloc(216, 'a')),
  v2(0x20, 0x00),
  v2(0x21, 0x00, Buffer.from('anything')),
  v2(0x21, 0x11, IPV4_BLOCK, 0x3ff1),
  withTlvs([0x01, Buffer.from('h2')], [0x02, Buffer.from('a.example')], [0x20, Buffer.alloc(40, 1)]),
  withChecksum([0x05, Buffer.alloc(16, 7)], [0xee, Buffer.alloc(3)]),
];

/** Bytes on which readers decide. */
const TELLING: readonly [string, ...string[]] = [
  ...([
    '\r',
    '\n',
    ' ',
    '.',
    ':',
    '::',
    '0',
    '1',
    '9',
    '255',
    '256',
    '65535',
    '65536',
    'f',
    'F',
    'g',
  ] as const),
  ...['PROXY ', 'TCP4', 'TCP6', 'UNKNOWN', '%', '/', '-', '\0', '\x03', '\x21', '\xff'],
];

const randomAddress = (random: Random, to: Uint8Array): void => {
  for (let i = 0; i < 16; i++) to[i] = random.chance(0.5) ? 0 : random.integer(0, 255);
  if (random.chance(0.4)) to.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]);
};

/** A valid header as we write it, of addresses and ports that may be anything. */
const randomHeader = (random: Random): Buffer => {
  const header: Header = emptyHeader();
  randomAddress(random, header.source);
  randomAddress(random, header.destination);
  header.sourcePort = random.integer(0, 65_535);
  header.destinationPort = random.integer(0, 65_535);
  const to = Buffer.alloc(256);
  const length = random.chance(0.5)
    ? writeV1(to, header)
    : writeV2(to, header, {
        transport: random.pick(['Stream', 'Stream', 'Datagram']),
        checksum: random.chance(0.5),
        uniqueId: random.chance(0.5)
          ? Uint8Array.from({ length: 16 }, () => random.integer(0, 255))
          : undefined,
      });
  return to.subarray(0, length);
};

const change = (random: Random, bytes: Buffer): Buffer => {
  const at = random.integer(0, bytes.length);
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.integer(0, 7)) {
    case 0: {
      const other = Buffer.from(bytes);
      if (at < other.length) other[at] = (other[at] as number) ^ (1 << random.integer(0, 7));
      return other;
    }
    case 1:
      return Buffer.concat([before, Buffer.from(random.pick(TELLING), 'latin1'), behind]);
    case 2:
      return Buffer.concat([before, behind.subarray(random.integer(1, 4))]);
    case 3:
      return before;
    case 4: {
      // The fields of a header of version 2 before its addresses.
      const other = Buffer.from(bytes);
      if (other.length >= 16) other[random.integer(12, 15)] = random.integer(0, 255);
      return other;
    }
    case 5: {
      const other = Buffer.from(bytes);
      if (other.length >= 16) other[13] = 16 * random.integer(0, 4) + random.integer(0, 3);
      return other;
    }
    case 6:
      return Buffer.concat([before, Buffer.from(random.pick(TELLING), 'latin1'), behind.subarray(1)]);
    default:
      return Buffer.concat([bytes, Buffer.alloc(random.integer(1, 40), random.integer(0, 255))]);
  }
};

/** An input for the readers: a header, valid or not, up to five changes away from a valid one. */
export const randomInput = (random: Random): Buffer => {
  let bytes = random.chance(0.5) ? randomHeader(random) : random.pick(SEEDS);
  for (let changes = random.integer(0, 5); changes > 0; changes--) bytes = change(random, bytes);
  return bytes;
};
