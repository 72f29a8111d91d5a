import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readStaple } from '../../../proxy/source/read-staple.ts';
import { type Answer, OcspAuthority } from '../ocsp-authority.ts';

const HOUR_MS = 3_600_000;

const authority = new OcspAuthority();
after(() => authority[Symbol.dispose]());
const texts = { certificate: authority.leaf + authority.certificate, key: authority.key };

const FIT: readonly (readonly [what: string, answer: Answer])[] = [
  ['of the authority itself', {}],
  ['that names the certificate by SHA-256', { digest: 'sha256' }],
  ['of a responder that the authority has authorized', { signer: 'delegate' }],
];

for (const [what, answer] of FIT)
  test(`an OCSP response ${what} is a staple, with its times`, () => {
    const read = readStaple(authority.answer(answer), texts);
    assert.ok(read.ok, JSON.stringify(read));
    const { staple } = read;
    const day = staple.nextUpdateMs - staple.thisUpdateMs;
    assert.equal(day, 24 * HOUR_MS);
    assert.ok(Math.abs(Date.now() - staple.thisUpdateMs) < HOUR_MS);
  });

/** The first time in it, which is part of what is signed. */
const withAnotherYear = (response: Buffer): Buffer => {
  const time = response.indexOf(Buffer.of(0x18, 0x0f));
  response.writeUInt8(response.readUInt8(time + 5) ^ 1, time + 5);
  return response;
};

const UNFIT: readonly (readonly [what: string, response: () => Uint8Array, why: RegExp])[] = [
  ['that says revoked', () => authority.answer({ isRevoked: true }), /is revoked/],
  [
    'about another certificate',
    () => authority.answer({ isAboutAnother: true }),
    /about another certificate/,
  ],
  [
    'of a stranger with the same name',
    () => authority.answer({ signer: 'stranger' }),
    /not signed by the issuer/,
  ],
  ['without an end', () => authority.answer({ isOpenEnded: true }), /until when/],
  ['with another year in its time', () => withAnotherYear(authority.answer()), /not signed by the issuer/],
  ['that is garbage', () => Buffer.from('garbage'), /cannot be read/],
  ['that is empty', () => Buffer.alloc(0), /cannot be read/],
  ['that refuses to answer', () => Buffer.from('30030a0106', 'hex'), /refusal/],
];

for (const [what, response, why] of UNFIT)
  test(`an OCSP response ${what} is none`, () => {
    const read = readStaple(response(), texts);
    assert.ok(!read.ok);
    assert.match(read.why, why);
    assert.equal(read.isVerdict, what === 'that says revoked');
  });

test('without the certificate of the issuer, nothing is known of a response', () => {
  const read = readStaple(authority.answer(), { ...texts, certificate: authority.leaf });
  assert.match(read.ok ? 'accepted' : read.why, /lacks the issuer/);
});
