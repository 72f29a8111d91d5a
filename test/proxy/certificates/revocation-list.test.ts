import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { readRevocationLists, subjectOf } from '../../../proxy/certificates/revocation-list.ts';

const one = new ClientAuthority('One');
const other = new ClientAuthority('Other');

after(() => {
  one[Symbol.dispose]();
  other[Symbol.dispose]();
});

test('a list has its issuer, the time of the next one, and a signature that is checked', () => {
  const read = readRevocationLists(`# two\n${one.list(5)}\n${other.list(-5)}`);
  assert.ok(read.ok);
  const certificates = [one, other].map(({ certificate }) => new X509Certificate(certificate));
  const [key, otherKey] = certificates.map(({ publicKey }) => publicKey);
  assert.deepEqual(
    read.lists.map(({ issuer }) => issuer),
    certificates.map(subjectOf),
  );
  const [first, second] = read.lists;
  assert.ok(first && second && key && otherKey);
  assert.ok(Math.abs((first.nextUpdateMs ?? 0) - Date.now() - 5 * 3_600_000) < 60_000);
  assert.ok((second.nextUpdateMs ?? Number.POSITIVE_INFINITY) < Date.now());
  assert.deepEqual(
    [first.isSignedBy(key), first.isSignedBy(otherKey), second.isSignedBy(otherKey)],
    [true, false, true],
  );
});

const good = one.list();
const cut = (text: string, base64: string): string =>
  text.replace(/-----\n[^-]+-----/, `-----\n${base64}\n-----`);

const BAD: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
  ['an empty text', '', /empty or no PEM/],
  ['a certificate', one.certificate, /empty or no PEM/],
  ['a list that is cut off', cut(good, 'MIIBAA=='), /list 1 of/],
  ['another structure', cut(good, 'MAMCAQE='), /list 1 of/],
  ['a second one that is garbage', `${good}${cut(good, 'AAAA')}`, /list 2 of/],
];

for (const [what, text, problem] of BAD)
  test(`${what} is refused as a whole, with what to do`, () => {
    const read = readRevocationLists(text);
    assert.match(read.ok ? '' : read.problem, problem);
  });

test('a list of which any byte is another one is refused, or read without an error', () => {
  const der = Buffer.from(good.replaceAll(/-----.*-----/g, ''), 'base64');
  for (let i = 0; i < der.length; i++)
    for (const value of [0, 0x7f, 0x84, 0xff]) {
      const changed = Buffer.from(der);
      changed[i] = value;
      readRevocationLists(cut(good, changed.toString('base64')));
    }
});
