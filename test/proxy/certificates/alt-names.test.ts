import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { allowedName } from '../../../proxy/certificates/allowed-names.ts';
import { altNameText, readAltNames } from '../../../proxy/certificates/alt-names.ts';

const authority = new ClientAuthority('Names');
after(() => authority[Symbol.dispose]());

test('all names of a certificate are read, and one that looks like several is one', () => {
  const list = ['DNS:a.test', 'URI:spiffe://test/a', 'email:a@b.test', 'IP:192.0.2.1', 'IP:2001:db8::1'];
  list.push('URI:urn:a, DNS:evil.test');
  const section = list.map((one, i) => one.replace(':', `.${i} = `)).join('\n');
  const { certificate } = authority.issue('a', `@alt\n[alt]\n${section}`);
  const names = readAltNames(new X509Certificate(certificate).subjectAltName);
  assert.deepEqual(names.map(altNameText), [
    'DNS:a.test',
    'URI:spiffe://test/a',
    'email:a@b.test',
    'IP:192.0.2.1',
    'IP:2001:DB8:0:0:0:0:0:1',
    'URI:urn:a, DNS:evil.test',
  ]);
});

const CASES: readonly (readonly [pattern: string, name: string, isAllowed: boolean])[] = [
  ['a.test', 'DNS:a.test', true],
  ['a.test', 'DNS:A.Test', true],
  ['a.test', 'DNS:b.a.test', false],
  ['a.test', 'DNS:*.test', false],
  ['a.test', 'URI:a.test', false],
  ['*.test', 'DNS:a.test', true],
  ['*.test', 'DNS:b.a.test', false],
  ['*.test', 'DNS:test', false],
  ['*.test', 'DNS:.test', false],
  ['a@b.test', 'email:a@B.test', true],
  ['a@b.test', 'email:A@b.test', false],
  ['*@b.test', 'email:a@b.test', true],
  ['*@b.test', 'email:@b.test', false],
  ['*@b.test', 'email:a@c.b.test', false],
  ['*@b.test', 'email:a@evil.test@b.test', true],
  ['a@b.test', 'DNS:a@b.test', false],
  ['spiffe://test/a', 'URI:spiffe://test/a', true],
  ['spiffe://test/a', 'URI:spiffe://test/a/b', false],
  ['spiffe://test/a', 'URI:SPIFFE://test/a', false],
  ['spiffe://test/ns/*', 'URI:spiffe://test/ns/web', true],
  ['spiffe://test/ns/*', 'URI:spiffe://test/ns/web/sa/x', true],
  ['spiffe://test/ns/*', 'URI:spiffe://test/nsx', false],
  ['spiffe://test/ns/*', 'URI:spiffe://test/ns/../admin', false],
  ['spiffe://test/a', 'DNS:spiffe://test/a', false],
];

for (const [pattern, name, isAllowed] of CASES)
  test(`${pattern} ${isAllowed ? 'allows' : 'does not allow'} ${name}`, () => {
    const [, kind = '', value = ''] = /^(\w+):(.*)$/.exec(name) ?? [];
    assert.equal(allowedName(pattern)({ kind, value }), isAllowed);
  });
