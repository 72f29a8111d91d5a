import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderDetails } from '../../../../proxy/relay-engine/acceptor/header-details.ts';

const PREFIX = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

const idOf = (details: HeaderDetails, connection: number): string => {
  const bytes = Buffer.alloc(18, 0xee);
  details.writeId(connection, bytes, 1);
  assert.deepEqual([bytes[0], bytes[17]], [0xee, 0xee]);
  return bytes.subarray(1, 17).toString('hex');
};

test('a connection keeps its unique ID, and each one has another', () => {
  const details = new HeaderDetails(PREFIX);
  for (const connection of [5, 3000, 5]) details.identify(connection);
  assert.equal(idOf(details, 5), '01020304050607080000000000000001');
  assert.equal(idOf(details, 3000), '01020304050607080000000000000002');
  details.clear(5);
  details.identify(5);
  assert.equal(idOf(details, 5), '01020304050607080000000000000003');
});

test('a connection without a unique ID has zeros, whether any other one has one or not', () => {
  const details = new HeaderDetails(PREFIX);
  assert.equal(idOf(details, 7), '0'.repeat(32));
  details.identify(6);
  assert.equal(idOf(details, 7), '0'.repeat(32));
  assert.equal(idOf(details, 100_000), '0'.repeat(32));
});

test('a destination is known until the number is used for another connection', () => {
  const details = new HeaderDetails(PREFIX);
  const to = new Uint8Array(16);
  assert.equal(details.destination(2000, to), -1);
  details.setDestination(2000, { address: Uint8Array.from({ length: 16 }, (_, i) => i), port: 65_535 });
  details.setDestination(5000, { address: new Uint8Array(16), port: 1 });
  assert.equal(details.destination(2000, to), 65_535);
  assert.deepEqual(
    [...to],
    Array.from({ length: 16 }, (_, i) => i),
  );
  assert.equal(details.destination(1999, to), -1);
  details.clear(2000);
  details.clear(70_000);
  assert.equal(details.destination(2000, to), -1);
});
