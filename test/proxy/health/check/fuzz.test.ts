import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '../../../../crds/byte-text.ts';
import { isReplyTo } from '../../../../proxy/health/check/icmp.ts';
import { resultOf } from '../../../../proxy/health/check/udp.ts';
import { Random } from '../../../crds/random.ts';

/** `make soak` reads a million. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Answers of servers: DNS, SIP, NTP, text, nothing, and one that is full of what is searched. */
const CORPUS: readonly [Buffer, ...Buffer[]] = [
  Buffer.from('0000818000010001000000000377777706000100010000003c0004c0000201', 'hex'),
  Buffer.from('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'),
  Buffer.concat([Buffer.of(0x24, 1, 0, 0xe9), Buffer.alloc(44)]),
  Buffer.from('status: ok\n'),
  Buffer.alloc(0),
  Buffer.alloc(600, 'aaaab'),
];
const EXPECTED: readonly [string, ...string[]] = ['ok', '\x81\x80', '\0', 'aaaabaaaac', 'SIP/2.0 200', 'é'];

const changed = (random: Random, bytes: Buffer): Buffer => {
  const at = random.integer(0, bytes.length);
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  const inserted = random.chance(0.5)
    ? Buffer.from(random.pick(EXPECTED), 'latin1')
    : Buffer.of(random.integer(0, 255));
  if (random.chance(0.4)) return Buffer.concat([before, inserted, behind]);
  return Buffer.concat([before, behind.subarray(random.integer(1, 4))]);
};

const randomAnswer = (random: Random): Buffer => {
  let bytes = random.pick(CORPUS);
  for (let changes = random.integer(0, 4); changes > 0; changes--) bytes = changed(random, bytes);
  return bytes;
};

test('random answers to a UDP check succeed just if they contain what is expected, and are shown briefly', (t) => {
  t.diagnostic(`SEED=${SEED} FUZZ_INPUTS=${INPUTS}`);
  const random = new Random(SEED);
  let good = 0;
  for (let input = 0; input < INPUTS; input++) {
    const answer = randomAnswer(random);
    const expected = random.pick(EXPECTED);
    const at = `SEED=${SEED} input ${input}: ${answer.toString('hex')} for ${JSON.stringify(expected)}`;
    const result = resultOf(answer, Buffer.from(expected, 'latin1'));
    assert.equal(result.ok, answer.toString('latin1').includes(expected), at);
    assert.equal(resultOf(answer, undefined).ok, true, at);
    if (result.ok) {
      good++;
      continue;
    }
    const [, shown = '', more] = /^the answer "(.*?)"(…?) does not contain "/.exec(result.reason) ?? [];
    assert.deepEqual(Buffer.from(bytesOf(shown), 'latin1'), answer.subarray(0, 32), at);
    assert.equal(more === '…', answer.length > 32, at);
  }
  t.diagnostic(`${good} contained what was expected`);
  assert.ok(good > INPUTS / 20 && good < (INPUTS / 20) * 19);
});

test('of random ICMP messages just the reply to the very request counts', (t) => {
  t.diagnostic(`SEED=${SEED} FUZZ_INPUTS=${INPUTS}`);
  const random = new Random(SEED);
  let replies = 0;
  for (let input = 0; input < INPUTS; input++) {
    const isV6 = random.chance(0.5);
    const request = Buffer.from(Array.from({ length: 24 }, () => random.integer(0, 255)));
    request.fill(0, 0, 8);
    request[0] = isV6 ? 128 : 8;
    const reply = Buffer.from(request);
    reply[0] = isV6 ? 129 : 0;
    // Code, checksum, identifier and sequence number are the kernel's business.
    for (let i = 1; i < 8; i++) reply[i] = random.integer(0, 255);
    assert.equal(isReplyTo(request, reply), true);
    const other = random.chance(0.2) ? reply : randomAnswer(random).subarray(0, random.integer(0, 40));
    const message = random.chance(0.5) ? changed(random, reply) : other;
    const isSame =
      message.length === 24 && message[0] === reply[0] && message.subarray(8).equals(reply.subarray(8));
    if (isSame) replies++;
    assert.equal(
      isReplyTo(request, message),
      isSame,
      `SEED=${SEED} input ${input}: ${message.toString('hex')}`,
    );
  }
  assert.ok(replies > INPUTS / 50, `${replies}`);
});
