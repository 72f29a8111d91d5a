import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateSets, defaultSet } from '../../../proxy/certificates/certificate-sets.ts';
import type { KeyKind } from '../../../proxy/certificates/key-pair.ts';

const one = (id: string, kind: KeyKind, ...names: string[]) => ({ id, kind, names });

const idsOf = (sets: ReturnType<typeof certificateSets<ReturnType<typeof one>>>) =>
  Object.fromEntries([...sets].map(([name, set]) => [name, set.map(({ id }) => id)]));

test('a name has one certificate of each kind of key, the first one in the list', () => {
  const sets = certificateSets([
    one('e1', 'ECDSA', 'a.test', 'b.test'),
    one('r', 'RSA', 'a.test'),
    one('e2', 'ECDSA', 'a.test', 'c.test'),
  ]);
  assert.deepEqual(idsOf(sets), { 'a.test': ['e1', 'r'], 'b.test': ['e1'], 'c.test': ['e2'] });
});

test('a wildcard fills in the kinds that the certificates with the very name do not have', () => {
  const sets = certificateSets([
    one('wild-r', 'RSA', '*.test'),
    one('wild-e', 'ECDSA', '*.test'),
    one('e', 'ECDSA', 'a.test'),
    one('deep', 'RSA', 'b.a.test'),
  ]);
  assert.deepEqual(idsOf(sets), {
    '*.test': ['wild-r', 'wild-e'],
    'a.test': ['e', 'wild-r'],
    'b.a.test': ['deep'],
  });
});

test('clients that name no host get the set of the first name of the first certificate', () => {
  const certificates = [one('r', 'RSA', 'a.test'), one('o', 'ECDSA', 'b.test'), one('e', 'ECDSA', 'a.test')];
  const found = defaultSet(certificates, certificateSets(certificates));
  assert.deepEqual(
    found.map(({ id }) => id),
    ['r', 'e'],
  );
  assert.deepEqual(defaultSet([], new Map()), []);
});
