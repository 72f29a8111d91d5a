import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyPair } from '../../../proxy/certificates/key-pair.ts';
import type { Configuration, ListenerConfiguration } from '../../../proxy/configuration/configuration.ts';
import { certificatesOf, withKeyPairs } from '../../../proxy/configuration/listener-certificates.ts';

const pair = (id: string): KeyPair =>
  new KeyPair(
    { id, names: [`${id}.example`], kind: 'RSA', notBeforeMs: 0, notAfterMs: 1 },
    { certificate: '', key: '' },
  );
const [A, B] = [pair('a'), pair('b')];

const configuration = (listeners: Readonly<Record<string, readonly string[] | undefined>>): Configuration =>
  ({
    listeners: Object.entries(listeners).map(([name, certificateNames]) => ({
      name,
      ...(certificateNames === undefined ? {} : { certificateNames }),
    })),
  }) as unknown as Configuration;

const GIVEN = configuration({ web: ['a', 'b'], plain: undefined, mail: ['b'] });

test('each certificate of a configuration has its name once', () => {
  assert.deepEqual(certificatesOf(GIVEN), ['a', 'b']);
});

/** Ids of the certificates of each listener. */
const idsOf = ({ listeners }: Configuration) =>
  Object.fromEntries(listeners.map(({ name, certificates }) => [name, certificates?.map(({ id }) => id)]));

test('listeners get their certificates in the order in which they name them, without those that cannot be used', () => {
  const known = new Map<string, KeyPair | 'None'>([
    ['b', B],
    ['a', A],
  ]);
  assert.deepEqual(idsOf(withKeyPairs(GIVEN, known, new Map())), {
    web: ['a', 'b'],
    plain: undefined,
    mail: ['b'],
  });
  assert.deepEqual(idsOf(withKeyPairs(GIVEN, known.set('b', 'None'), new Map())), {
    web: ['a'],
    plain: undefined,
    mail: [],
  });
});

test('a listener keeps the certificates that it had while a new one is not known yet', () => {
  const had = (name: string, ...certificates: readonly KeyPair[]) =>
    [name, { name, certificates } as unknown as ListenerConfiguration] as const;
  const before = new Map([had('web', B)]);
  assert.deepEqual(idsOf(withKeyPairs(GIVEN, new Map([['a', A]]), before)), {
    web: ['b'],
    plain: undefined,
    mail: [],
  });
});
