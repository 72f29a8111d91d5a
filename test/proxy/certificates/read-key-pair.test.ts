import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import type { KeyPair } from '../../../proxy/certificates/key-pair.ts';
import { isValidAt } from '../../../proxy/certificates/key-pair.ts';
import { readKeyPair } from '../../../proxy/certificates/read-key-pair.ts';
import { keyPairs } from '../../../proxy/sys/key-pairs.ts';
import { endedDaysAgo, selfSigned } from '../certificates.ts';

const ECDSA = selfSigned(['A.test', '*.b.test']);
const RSA = selfSigned(['a.test'], 'RSA');
const native = keyPairs();

const pairOf = (texts: typeof ECDSA): KeyPair => {
  const read = readKeyPair(texts);
  assert.ok(read.ok, read.ok ? '' : read.problem);
  return read.pair;
};

test('a pair has the names of its certificate in lower case, its kind, and when it is valid', () => {
  const { names, kind, notBeforeMs, notAfterMs } = pairOf(ECDSA);
  assert.deepEqual(names, ['a.test', '*.b.test']);
  assert.equal(kind, 'ECDSA');
  assert.equal(Math.round((notAfterMs - notBeforeMs) / 86_400_000), 90);
  assert.equal(pairOf(RSA).kind, 'RSA');
});

test('a certificate without names of hosts in subjectAltName has its common name', () => {
  const { issue } = createAuthority('A');
  assert.deepEqual(pairOf(issue({ commonName: 'old.test' })).names, ['old.test']);
});

test('the same chain has the same id, another one another id', () => {
  assert.equal(pairOf(ECDSA).id, pairOf({ ...ECDSA, certificate: `# comment\n${ECDSA.certificate}` }).id);
  assert.notEqual(pairOf(ECDSA).id, pairOf(RSA).id);
});

test('a certificate is valid between its two times', () => {
  assert.equal(isValidAt(pairOf(ECDSA), Date.now()), true);
  assert.equal(isValidAt(pairOf(endedDaysAgo('a.test', 1)), Date.now()), false);
});

const ENCRYPTED = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
}).privateKey;

const BAD: readonly (readonly [string, typeof ECDSA, RegExp])[] = [
  ['no certificate', { ...ECDSA, certificate: '' }, /certificate is empty/],
  ['a certificate of garbage', { ...ECDSA, certificate: 'garbage' }, /certificate is empty or no PEM/],
  [
    'a certificate whose PEM holds garbage',
    { ...ECDSA, certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
    /certificate 1 of the chain cannot be read/,
  ],
  [
    'a broken issuer',
    {
      ...ECDSA,
      certificate: `${ECDSA.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    },
    /certificate 2 of the chain/,
  ],
  ['no key', { ...ECDSA, key: '' }, /private key is empty/],
  ['an encrypted key', { ...ECDSA, key: ENCRYPTED }, /encrypted/],
  ['the key of another certificate', { ...ECDSA, key: RSA.key }, /does not belong to the first certificate/],
  [
    'a chain in the wrong order',
    { ...ECDSA, certificate: RSA.certificate + ECDSA.certificate },
    /does not belong to the first certificate/,
  ],
];

for (const [what, texts, problem] of BAD)
  test(`${what} is told, and makes no pair`, () => {
    const read = readKeyPair(texts);
    assert.equal(read.ok, false);
    assert.match(read.ok ? '' : read.problem, problem);
  });

test('a key that is too weak for OpenSSL is refused', () => {
  const weak = selfSigned(['a.test'], 'WeakRSA');
  const read = readKeyPair(weak, ({ certificate, key }) => native.load(certificate, key) !== undefined);
  assert.match(read.ok ? '' : read.problem, /at least 2048 bits/);
});

test('the private key shows neither in JSON, nor in a log, nor in a message to another thread', () => {
  const pair = pairOf(ECDSA);
  const secret = ECDSA.key.split('\n')[1] as string;
  assert.ok(pair.reveal().key.includes(secret));
  for (const shown of [
    JSON.stringify(pair),
    inspect(pair, { showHidden: true }),
    JSON.stringify(structuredClone({ ...pair })),
  ])
    assert.ok(!shown.includes(secret), shown);
});
