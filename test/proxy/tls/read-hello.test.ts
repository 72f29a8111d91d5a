import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  emptyHello,
  type HelloReading,
  MOST_HELLO_BYTES,
  protocolsOf,
  serverNameOf,
  versionsOf,
} from '../../../proxy/tls/client-hello.ts';
import { readHello } from '../../../proxy/tls/read-hello.ts';
import {
  alpnOf,
  extension,
  GREASE,
  hello,
  helloMessage,
  keyShare,
  message,
  preSharedKey,
  record,
  records,
  serverName,
  u8,
  u16,
  vector,
  versionsExtension,
} from './hellos.ts';

const NAME = 'db.example.com';
const ML_KEM = keyShare(0x11ec, 1216);

/** Makes a hello with a name fill four records, which take 64 KiB. */
const PADDING = 65_536 - hello({ names: [NAME], before: [extension(0x4a4a)] }).length - 3 * 5;

interface Read {
  readonly reading: HelloReading;
  readonly name?: string | undefined;
  readonly protocols?: readonly string[];
}

const read = (bytes: Uint8Array): Read => {
  const found = emptyHello();
  // The buffer is longer than what has come, and has other bytes behind it.
  const buffer = new Uint8Array(bytes.length + 100).fill(0x16);
  buffer.set(bytes);
  const reading = readHello(buffer, bytes.length, found);
  return reading === 'Hello'
    ? { reading, name: serverNameOf(found), protocols: protocolsOf(found) }
    : { reading };
};

const named = (name: string | undefined, protocols: readonly string[] = []): Read => ({
  reading: 'Hello',
  name,
  protocols,
});

const HELLOS: readonly (readonly [what: string, bytes: Buffer, expected: Read])[] = [
  ['with a name', hello({ names: [NAME] }), named(NAME)],
  ['without a name', hello(), named(undefined)],
  ['with protocols', hello({ names: [NAME], alpn: ['h2', 'http/1.1'] }), named(NAME, ['h2', 'http/1.1'])],
  ['with protocols alone', hello({ alpn: ['postgresql'] }), named(undefined, ['postgresql'])],
  ['without extensions', hello({ bare: true }), named(undefined)],
  ['with an empty list of extensions', hello({}), named(undefined)],
  ['with GREASE around', hello({ names: [NAME], before: [GREASE], after: [GREASE] }), named(NAME)],
  ['with a key share of ML-KEM in front', hello({ names: [NAME], before: [ML_KEM] }), named(NAME)],
  [
    'with ECH, whose outer name counts',
    hello({ names: ['outer.example'], after: [extension(0xfe0d, Buffer.alloc(300, 1))] }),
    named('outer.example'),
  ],
  ['of SSL 3.0', hello({ names: [NAME], legacyVersion: 0x0300 }), named(NAME)],
  ['of a version to come', hello({ names: [NAME], legacyVersion: 0x0399 }), named(NAME)],
  ['with a name that is empty', hello({ names: [''] }), named('')],
  ['with a name that is an address', hello({ names: ['192.0.2.1'] }), named('192.0.2.1')],
  ['with a name of 255 bytes', hello({ names: ['x'.repeat(255)] }), named('x'.repeat(255))],
  [
    'with a name in other bytes than ASCII',
    hello({ names: ['b\xfc\x01.example'] }),
    named('b\xfc\x01.example'),
  ],
  ['of two records', records(helloMessage({ names: [NAME] }), 60), named(NAME)],
  ['of records of one byte', records(helloMessage({ names: [NAME], alpn: ['h2'] }), 1), named(NAME, ['h2'])],
  [
    'of records of which one is empty',
    Buffer.concat([record(Buffer.alloc(0)), hello({ names: [NAME] })]),
    named(NAME),
  ],
  ['in a record of a version that does not exist', record(helloMessage(), 22, 0x0999), named(undefined)],
  ['with more behind it', Buffer.concat([hello({ names: [NAME] }), Buffer.from('more')]), named(NAME)],
  [
    'with more in its record',
    record(Buffer.concat([helloMessage({ names: [NAME] }), Buffer.alloc(9)])),
    named(NAME),
  ],
  [
    'with more in its record, which is not all there',
    record(Buffer.concat([helloMessage({ names: [NAME] }), Buffer.alloc(9)])).subarray(0, -4),
    named(NAME),
  ],
  [
    'as long as is accepted',
    records(
      helloMessage({
        names: [NAME],
        before: [extension(0x4a4a, Buffer.alloc(PADDING))],
      }),
    ),
    named(NAME),
  ],
  [
    'with malformed versions and tickets, which servers may ignore',
    hello({ names: [NAME], after: [extension(43, u8(5)), extension(41, u16(9))] }),
    named(NAME),
  ],
];

for (const [what, bytes, expected] of HELLOS)
  test(`a ClientHello ${what} is read, and not before it is there`, () => {
    assert.deepEqual(read(bytes), expected);
    // At no length is anything else said of it: bytes come in any segmentation.
    const step = bytes.length > 2000 ? 97 : 1;
    let length = 0;
    while (read(bytes.subarray(0, length)).reading === 'NeedMore') length += step;
    for (; length < bytes.length; length += step) assert.deepEqual(read(bytes.subarray(0, length)), expected);
  });

test('the longest ClientHello that is accepted takes 64 KiB with its records', () => {
  const [, longest] = HELLOS.find(([what]) => what === 'as long as is accepted') as (typeof HELLOS)[number];
  assert.equal(longest.length, MOST_HELLO_BYTES);
});

const withBody = (edit: (body: Buffer) => Buffer): Buffer => {
  const whole = helloMessage({ names: [NAME] });
  return records(message(1, edit(whole.subarray(4))));
};

const REFUSED: readonly (readonly [what: string, bytes: Uint8Array, reading: HelloReading])[] = [
  ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'NotTls'],
  ['a banner of SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), 'NotTls'],
  ['one byte of another protocol', u8(0), 'NotTls'],
  ['a byte that records begin with, and text', Buffer.from('\x16hello world'), 'Malformed'],
  ['a record of data', record(Buffer.from('data'), 23), 'NotTls'],
  ['a record of a change of ciphers', record(u8(1), 20), 'NotTls'],
  ['a message that is no hello', record(message(2, Buffer.alloc(40))), 'OtherMessage'],
  ['a hello of SSL 2.0', Buffer.of(0x80, 0x2e, 1, 0, 2), 'Sslv2'],
  ['a hello of SSL 2.0 that offers TLS', Buffer.of(0x80, 0x2e, 1, 3, 1), 'Sslv2'],
  ['what begins like SSL 2.0', Buffer.of(0x80, 0x2e, 2), 'NotTls'],
  ['an alert', record(Buffer.of(2, 40), 21), 'Alert'],
  ['the beginning of an alert', Buffer.of(21, 3), 'Alert'],
  ['what begins like an alert', Buffer.of(21, 4), 'NotTls'],
  [
    'an alert between the records of a hello',
    Buffer.concat([record(helloMessage().subarray(0, 20)), record(Buffer.of(2, 40), 21)]),
    'Malformed',
  ],
  ['a record that is too long', Buffer.of(22, 3, 1, 0x40, 1, 1), 'Malformed'],
  ['two names', hello({ names: [NAME, 'other.example'] }), 'Malformed'],
  ['two lists of names', hello({ names: [NAME], after: [serverName('other.example')] }), 'Malformed'],
  ['two lists of protocols', hello({ alpn: ['h2'], after: [alpnOf('h3')] }), 'Malformed'],
  [
    'two lists of versions',
    hello({ after: [versionsExtension(0x304), versionsExtension(0x303)] }),
    'Malformed',
  ],
  ['no name in the list', hello({ names: [] }), 'Malformed'],
  ['a name of 256 bytes', hello({ names: ['x'.repeat(256)] }), 'Malformed'],
  ['a name with a zero byte', hello({ names: ['db\0.example.com'] }), 'Malformed'],
  [
    'a name of another type',
    hello({ before: [extension(0, vector(2, u8(1), vector(2, u8(1))))] }),
    'Malformed',
  ],
  ['an empty list of protocols', hello({ alpn: [] }), 'Malformed'],
  ['an empty protocol', hello({ alpn: ['h2', ''] }), 'Malformed'],
  ['a protocol beyond its list', hello({ before: [extension(16, vector(2, u8(9), u8(1)))] }), 'Malformed'],
  ['an ID of a session of 33 bytes', hello({ sessionId: new Uint8Array(33) }), 'Malformed'],
  ['no cipher', hello({ ciphers: [] }), 'Malformed'],
  ['no compression, not even none', hello({ compressions: [] }), 'Malformed'],
  ['an extension that is cut short', withBody((body) => body.subarray(0, -1)), 'Malformed'],
  ['a byte behind the extensions', withBody((body) => Buffer.concat([body, u8(0)])), 'Malformed'],
  ['a body that ends in the random bytes', withBody((body) => body.subarray(0, 20)), 'Malformed'],
  ['an empty body', withBody(() => Buffer.alloc(0)), 'Malformed'],
  ['a hello of 64 KiB without its records', record(Buffer.of(1, 1, 0, 0)), 'TooLong'],
  ['a hello of 16 MiB', record(Buffer.of(1, 255, 255, 255)), 'TooLong'],
  ['64 KiB of empty records', Buffer.concat(Array(13_108).fill(record(Buffer.alloc(0)))), 'TooLong'],
  [
    'a hello that is longer than 64 KiB for its many records',
    records(helloMessage({ before: [extension(0x4a4a, Buffer.alloc(20_000))] }), 1).subarray(0, 65_000),
    'TooLong',
  ],
];

for (const [what, bytes, reading] of REFUSED)
  test(`${what} is not taken for a ClientHello`, () => {
    assert.deepEqual(read(bytes), { reading });
  });

test('nothing at all may become a ClientHello', () => {
  assert.deepEqual(read(Buffer.alloc(0)), { reading: 'NeedMore' });
});

test('a client that sends byte by byte is read twice: when the length is there, and at the end', () => {
  const bytes = hello({ names: [NAME], before: [ML_KEM] });
  const found = emptyHello();
  const lengths: number[] = [];
  for (let length = 1; ; length = found.needed) {
    lengths.push(length);
    if (readHello(bytes, length, found) === 'Hello') break;
  }
  assert.deepEqual(lengths, [1, 9, bytes.length]);
});

test('a ClientHello says how many bytes it took, whatever follows', () => {
  const found = emptyHello();
  const bytes = records(helloMessage({ names: [NAME] }), 50);
  readHello(Buffer.concat([bytes, Buffer.alloc(10)]), bytes.length + 10, found);
  assert.equal(found.wireLength, bytes.length);
});

test('the versions are those of the extension, or else the one of the old field', () => {
  const found = emptyHello();
  const versionsIn = (bytes: Buffer): readonly number[] => {
    assert.equal(readHello(bytes, bytes.length, found), 'Hello');
    return versionsOf(found);
  };
  assert.deepEqual(versionsIn(hello({ legacyVersion: 0x0302 })), [0x0302]);
  assert.deepEqual(
    versionsIn(hello({ after: [versionsExtension(0x1a1a, 0x0304, 0x0303)] })),
    [0x1a1a, 0x0304, 0x0303],
  );
});

test('the tickets of both kinds of sessions are found', () => {
  const found = emptyHello();
  const text = ({ at, length }: { at: number; length: number }): string =>
    Buffer.from(found.bytes.subarray(at, at + Math.max(0, length))).toString();
  const bytes = records(
    helloMessage({
      after: [extension(35, Buffer.from('ticket')), preSharedKey(Buffer.from('identity'))],
    }),
    40,
  );
  assert.equal(readHello(bytes, bytes.length, found), 'Hello');
  assert.deepEqual([text(found.sessionTicket), text(found.pskIdentity)], ['ticket', 'identity']);
  const without = hello();
  readHello(without, without.length, found);
  assert.deepEqual([found.sessionTicket.length, found.pskIdentity.length], [-1, -1]);
});
