import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeResponse, encodeRequest } from '../../../../proxy/health/check/grpc-message.ts';

test('a request about the server as a whole is an empty message', () => {
  assert.equal(encodeRequest('').toString('hex'), '0000000000');
});

test('a request contains the service name, even if its length takes two bytes', () => {
  assert.equal(encodeRequest('ab').toString('hex'), '00000000040a026162');
  const long = encodeRequest('x'.repeat(200));
  assert.equal(long.subarray(0, 8).toString('hex'), '00000000cb0ac801');
  assert.equal(long.length, 5 + 1 + 2 + 200);
});

/** Answers in hexadecimal, starting with the prefix of five bytes. */
const TABLE: readonly { readonly name: string; readonly bytes: string; readonly says: string | undefined }[] =
  [
    { name: 'SERVING', bytes: '0000000002 0801', says: 'SERVING' },
    { name: 'NOT_SERVING', bytes: '0000000002 0802', says: 'NOT_SERVING' },
    { name: 'SERVICE_UNKNOWN', bytes: '0000000002 0803', says: 'SERVICE_UNKNOWN' },
    { name: 'no field, which means UNKNOWN', bytes: '0000000000', says: 'UNKNOWN' },
    { name: 'a status from a later version', bytes: '0000000002 0809', says: 'UNKNOWN' },
    { name: 'the last of two statuses', bytes: '0000000004 0802 0801', says: 'SERVING' },
    {
      name: 'unknown fields of every kind',
      bytes: '0000000016 1001 19ffffffffffffffff 22021122 2d00000000 0801',
      says: 'SERVING',
    },
    { name: 'a compressed message', bytes: '0100000002 0801', says: undefined },
    { name: 'a message shorter than its prefix says', bytes: '0000000009 0801', says: undefined },
    { name: 'a message longer than its prefix says', bytes: '0000000001 0801', says: undefined },
    { name: 'an incomplete prefix', bytes: '000000', says: undefined },
    { name: 'an unterminated varint', bytes: '000000000b 08ffffffffffffffffffff', says: undefined },
    { name: 'a string longer than the message', bytes: '0000000003 12ff01', says: undefined },
    { name: 'a field of an unknown wire type', bytes: '0000000002 0f01', says: undefined },
  ];
for (const { name, bytes, says } of TABLE)
  test(`an answer with ${name} is ${says === undefined ? 'rejected' : `decoded as ${says}`}`, () => {
    assert.equal(decodeResponse(Buffer.from(bytes.replaceAll(' ', ''), 'hex')), says);
  });
