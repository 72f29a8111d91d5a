import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TicketKeyRing } from '../../../proxy/relay-engine/ticket-key-ring.ts';
import { TICKET_KEY_BYTES } from '../../../proxy/sys/tls.ts';

test('a new key comes first, the two before it still read tickets, and older ones are forgotten', () => {
  let next = 0;
  const ring = new TicketKeyRing((bytes) => bytes.fill(++next));
  const firsts = (): readonly number[] =>
    Array.from(
      { length: ring.keys.length / TICKET_KEY_BYTES },
      (_, i) => ring.keys[i * TICKET_KEY_BYTES] ?? 0,
    );
  assert.deepEqual(firsts(), [1]);
  const { keys } = ring;
  assert.equal(ring.keys, keys, 'nothing has changed');
  ring.rotate();
  assert.deepEqual(firsts(), [2, 1]);
  assert.notEqual(ring.keys, keys);
  ring.rotate();
  ring.rotate();
  assert.deepEqual(firsts(), [4, 3, 2]);
  assert.deepEqual([...keys].at(-1), 1, 'keys that were given out do not change');
});

test('keys that replicas share replace the random ones, and the same ones change nothing', () => {
  const ring = new TicketKeyRing((bytes) => bytes.fill(1));
  const shared = new Uint8Array(3 * TICKET_KEY_BYTES).fill(7);
  assert.equal(ring.share(shared), true);
  assert.deepEqual([...ring.keys], [...shared]);
  const { keys } = ring;
  assert.equal(ring.share(Uint8Array.from(shared)), false);
  assert.equal(ring.keys, keys);
  assert.equal(ring.rotate(), false, 'others rotate them');
  assert.equal(ring.keys, keys);
  shared.fill(8);
  assert.equal(ring.keys[0], 7, 'keys that are in use are a copy');
  assert.equal(ring.share(undefined), true);
  const firsts = [0, 1, 2].map((i) => ring.keys[i * TICKET_KEY_BYTES]);
  assert.deepEqual(firsts, [1, 7, 7], 'a random key makes tickets again, and those shared still read them');
  assert.equal(ring.share(undefined), false);
  assert.equal(ring.rotate(), true);
});
