import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import { CaBundles } from '../../../proxy/source/ca-bundles.ts';
import { namedCaBundles } from '../../../proxy/source/named-ca-bundles.ts';
import { namedClientTrust } from '../../../proxy/source/named-client-trust.ts';
import { RevocationLists } from '../../../proxy/source/revocation-lists.ts';
import { selfSigned } from '../certificates.ts';
import { tableListener } from '../tables.ts';
import { createClock } from './clock.ts';

const DAY_MS = 86_400_000;
const TITLE = 'ConfigMap "ca", key ca.crt';

const [OLD, NEXT] = [selfSigned(['Old'], 'ECDSA', 60), selfSigned(['Next'], 'ECDSA', 65)];
const RENEWED = selfSigned(['Old'], 'ECDSA', 90);
const LONG = createAuthority('Another');

const begun = (...certificates: readonly { readonly certificate: string }[]) => {
  const clock = createClock();
  const bundles = new CaBundles(clock);
  let changes = 0;
  bundles.onChange(() => changes++);
  bundles.offer('ca', TITLE, { version: '1', text: certificates.map((one) => one.certificate).join('') });
  return {
    bundles,
    clock,
    changes: () => changes,
    told: () => {
      const { code, message } = bundles.agingOf('ca') ?? {};
      return `${code}: ${message}`;
    },
  };
};

test('a certificate of a bundle is told from 14 days before its end, day by day, and afterwards', () => {
  const { bundles, clock, changes, told } = begun(OLD, LONG);
  assert.equal(bundles.agingOf('ca'), undefined);
  clock.advance(45 * DAY_MS);
  assert.deepEqual([bundles.agingOf('ca'), changes()], [undefined, 1]);
  clock.advance(1.5 * DAY_MS);
  assert.match(
    told(),
    /^CaBundleExpires: ConfigMap "ca", key ca.crt: the certificate "Old" in it expires on 20[-\d]+, in 13 days: write its renewed one beside it$/,
  );
  assert.equal(changes(), 2);
  clock.advance(DAY_MS);
  assert.match(told(), /in 12 days/);
  clock.advance(13 * DAY_MS);
  assert.match(
    told(),
    /^CaBundleExpired: .*"Old" in it expired on 20[-\d]+: those .* are refused\. Write its renewed/,
  );
  assert.equal(changes(), 16);
  assert.equal(bundles.isUsable('ca'), true);
});

test('a certificate of a bundle that lasts for weeks is told in the last quarter of its time', () => {
  const { bundles, clock, told } = begun(selfSigned(['Short'], 'ECDSA', 20), LONG);
  clock.advance(14.5 * DAY_MS);
  assert.equal(bundles.agingOf('ca'), undefined);
  clock.advance(DAY_MS);
  assert.match(told(), /^CaBundleExpires: .*"Short" in it expires on .*, in 4 days/);
});

test('of several certificates that end, the first one is told, with how many follow', () => {
  const { clock, told } = begun(NEXT, OLD);
  clock.advance(55 * DAY_MS);
  assert.match(told(), /"Old" in it expires on .*, in 4 days \(and 1 more, later\)/);
});

test('a certificate whose renewed one is in the bundle is told no more', () => {
  const { bundles, clock, changes } = begun(OLD, RENEWED);
  clock.advance(61 * DAY_MS);
  assert.deepEqual([bundles.agingOf('ca'), changes()], [undefined, 1]);
});

test('ends in a collection of authorities for the Internet are told to nobody', () => {
  const many = Array.from({ length: 33 }, (_, i) => createAuthority(`Authority ${i}`));
  const { bundles, clock } = begun(OLD, ...many);
  assert.equal(clock.waiting, 0);
  clock.advance(30 * DAY_MS);
  assert.equal(bundles.agingOf('ca'), undefined);
});

test('a bundle that cannot be used leaves the one before, whose end is told; one that is forgotten waits for nothing', () => {
  const { bundles, clock, told } = begun(OLD);
  bundles.offer('ca', TITLE, { version: '2', text: 'garbage' });
  clock.advance(50 * DAY_MS);
  assert.match(told(), /"Old" in it expires/);
  assert.equal(bundles.problemOf('ca')?.code, 'CaBundleInvalid');
  bundles.forget('ca');
  assert.deepEqual([clock.waiting, bundles.agingOf('ca')], [0, undefined]);
});

test('the end of an authority is a finding of each backend and of each listener that trusts it', () => {
  const { bundles, clock } = begun(OLD);
  clock.advance(50 * DAY_MS);
  const snapshot = {
    revision: '1',
    configuration: {
      listeners: [
        { ...tableListener(1), name: 'l', clientAuthorities: { caNames: ['ca'], crlNames: [] } },
        { ...tableListener(2), name: 'plain' },
      ],
      backends: [{ name: 'b', credentials: { caName: 'ca' } }, { name: 'clear' }],
      written: {
        listeners: new Map([['l', 'spec.listeners[0]']]),
        backends: new Map([['b', 'spec.backends[0]']]),
      },
    },
    targets: new Map(),
    findings: [],
  } as unknown as Snapshot;
  const found = [namedCaBundles(bundles), namedClientTrust(bundles, new RevocationLists(clock))].flatMap(
    (named) => named.fillIn(snapshot, undefined).findings,
  );
  assert.deepEqual(
    found.map(({ code, backend, listener, path }) => [code, backend, listener, path]),
    [
      ['CaBundleExpires', 'b', undefined, 'spec.backends[0].tls'],
      ['CaBundleExpires', undefined, 'l', 'spec.listeners[0].tls.clientCertificates'],
    ],
  );
});
