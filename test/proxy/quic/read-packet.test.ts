import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLES, long, payload } from './examples.ts';
import { readText } from './read.ts';

const CLIENT = '8394c8f03e515708';
const SERVER = 'f067a5502a4262b5';

test('the packets in the appendices of RFC 9001 and RFC 9369 are read as what they are', () => {
  const read = Object.fromEntries(Object.entries(EXAMPLES).map(([name, bytes]) => [name, readText(bytes)]));
  assert.deepEqual(read, {
    clientInitial1: `Initial ${CLIENT} < -`,
    clientInitial2: `Initial ${CLIENT} < -`,
    serverInitial1: `Initial - < ${SERVER}`,
    serverInitial2: `Initial - < ${SERVER}`,
    retry1: `Retry - < ${SERVER}`,
    retry2: `Retry - < ${SERVER}`,
    short1: `Short ${EXAMPLES.short1.subarray(1).toString('hex')}`,
    short2: `Short ${EXAMPLES.short2.subarray(1).toString('hex')}`,
  });
});

const TO = Buffer.from('c11e47', 'hex');
const FROM = Buffer.from('5e12fe12', 'hex');
const IDS = 'c11e47 < 5e12fe12';
const V1 = 1;
const V2 = 0x6b3343cf;
const NO_TOKEN = Buffer.of(0);
const BOTH_20 = `${'aa'.repeat(20)} < ${'bb'.repeat(20)}`;

for (const [name, bytes, said] of [
  [
    'an Initial of version 1',
    long(0, V1, TO, FROM, Buffer.concat([NO_TOKEN, payload(20)])),
    `Initial ${IDS}`,
  ],
  ['0-RTT of version 1', long(1, V1, TO, FROM, payload(20)), `ZeroRtt ${IDS}`],
  ['a Handshake of version 1', long(2, V1, TO, FROM, payload(20)), `Handshake ${IDS}`],
  ['a Retry of version 1', long(3, V1, TO, FROM, Buffer.alloc(17)), `Retry ${IDS}`],
  ['a Retry of version 2', long(0, V2, TO, FROM, Buffer.alloc(17)), `Retry ${IDS}`],
  ['0-RTT of version 2', long(2, V2, TO, FROM, payload(20)), `ZeroRtt ${IDS}`],
  ['a Handshake of version 2', long(3, V2, TO, FROM, payload(20)), `Handshake ${IDS}`],
  [
    'a packet without its fixed bit (RFC 9287)',
    unfixed(long(2, V1, TO, FROM, payload(20))),
    `Handshake ${IDS}`,
  ],
  [
    'coalesced packets',
    Buffer.concat([long(2, V1, TO, FROM, payload(20)), EXAMPLES.short1]),
    `Handshake ${IDS}`,
  ],
  ['Version Negotiation', long(0, 0, TO, FROM, Buffer.alloc(8)), `VersionNegotiation ${IDS}`],
  ['a version that is not known', long(0, 0xff00001d, TO, FROM), `Other ${IDS}`],
  [
    'long IDs of another version',
    long(0, 9, Buffer.alloc(255, 1), FROM),
    `Other ${'01'.repeat(255)} < 5e12fe12`,
  ],
  [
    'the longest IDs of version 1',
    long(2, V1, Buffer.alloc(20, 0xaa), Buffer.alloc(20, 0xbb), payload(20)),
    `Handshake ${BOTH_20}`,
  ],
  ['a short header without more', Buffer.of(0x40), 'Short '],
] as const)
  test(`${name} is read`, () => {
    assert.equal(readText(bytes), said);
    assert.equal(readText(bytes, 0), said);
  });

/** The same packet with the fixed bit cleared. */
function unfixed(packet: Buffer): Buffer {
  packet[0] = (packet[0] as number) & ~0x40;
  return packet;
}

for (const [name, bytes] of [
  ['nothing', Buffer.alloc(0)],
  ['a header that is cut off in its version', Buffer.of(0xc0, 0, 0, 0)],
  ['a header that ends with its destination', long(2, V1, TO, FROM).subarray(0, 9)],
  ['a source that is cut off', long(2, V1, TO, FROM).subarray(0, 12)],
  ['a destination of 21 bytes', long(2, V1, Buffer.alloc(21), FROM, payload(20))],
  ['a source of 21 bytes', long(2, V1, TO, Buffer.alloc(21), payload(20))],
  ['an Initial without a token', long(0, V1, TO, FROM)],
  ['a token longer than the datagram', long(0, V1, TO, FROM, Buffer.of(0x3f, 1, 2))],
  ['a length beyond the datagram', long(2, V1, TO, FROM, payload(40).subarray(0, 41))],
  ['a packet too short to be encrypted', long(2, V1, TO, FROM, payload(19))],
  ['a length that is cut off', long(2, V1, TO, FROM, Buffer.of(0x40))],
  ['a length of 62 bits', long(2, V1, TO, FROM, Buffer.alloc(64, 0xff))],
  ['a Retry without a token', long(3, V1, TO, FROM, Buffer.alloc(16))],
  ['Version Negotiation without versions', long(0, 0, TO, FROM)],
  ['Version Negotiation with half a version', long(0, 0, TO, FROM, Buffer.alloc(6))],
] as const)
  test(`${name} is malformed`, () => {
    assert.equal(readText(bytes), 'Malformed');
    assert.equal(readText(bytes, 0), 'Malformed');
  });
