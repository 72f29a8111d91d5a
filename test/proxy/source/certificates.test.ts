import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Configuration } from '../../../proxy/configuration/configuration.ts';
import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import { OF_BACKENDS, OF_LISTENERS } from '../../../proxy/source/certificate-use.ts';
import { Certificates } from '../../../proxy/source/certificates.ts';
import { namedCertificates, namedClientCertificates } from '../../../proxy/source/named-certificates.ts';
import { endedDaysAgo, selfSigned } from '../certificates.ts';
import { OcspAuthority } from '../ocsp-authority.ts';
import { createClock } from './clock.ts';

const DAY_MS = 86_400_000;

const CONFIGURATION = {
  listeners: [{ name: 'https', certificateNames: ['web'] }],
  written: { listeners: new Map([['https', 'spec.listeners[3]']]), backends: new Map() },
} as unknown as Configuration;

const begun = () => {
  const clock = createClock();
  const certificates = new Certificates(OF_LISTENERS, clock);
  let changes = 0;
  certificates.onChange(() => changes++);
  return {
    clock,
    certificates,
    changes: () => changes,
    idOf: () => {
      const known = certificates.known.get('web');
      return typeof known === 'object' ? known.id : known;
    },
    codes: () => certificates.findings(CONFIGURATION).map(({ code }) => code),
    message: () => certificates.findings(CONFIGURATION)[0]?.message ?? '',
  };
};

const GOOD = selfSigned(['web.example', '*.web.example']);
const OTHER = selfSigned(['other.example']);

test('a certificate is known once it is offered, and the same version is read once', () => {
  const { certificates, changes, idOf, codes } = begun();
  assert.equal(idOf(), undefined);
  for (const version of ['1', '1', '1']) certificates.offer('web', 'Secret "web"', { version, texts: GOOD });
  assert.equal(typeof idOf(), 'string');
  assert.equal(changes(), 1);
  assert.deepEqual(codes(), []);
  const [shown] = certificates.shown(CONFIGURATION);
  assert.deepEqual(
    [shown?.name, shown?.hosts, shown?.usedBy, shown?.problem],
    ['web', ['web.example', '*.web.example'], ['https'], undefined],
  );
});

test('a pair that cannot be used keeps the one before, and is told with its listener and path', () => {
  const { certificates, idOf } = begun();
  certificates.offer('web', 'Secret "web"', { version: '1', texts: GOOD });
  const before = idOf();
  const bad = { certificate: GOOD.certificate, key: OTHER.key };
  certificates.offer('web', 'Secret "web"', { version: '2', texts: bad });
  assert.equal(idOf(), before);
  const [found] = certificates.findings(CONFIGURATION);
  assert.deepEqual(
    [found?.code, found?.listener, found?.path],
    ['CertificateInvalid', 'https', 'spec.listeners[3].tls'],
  );
  assert.match(
    found?.message ?? '',
    /^Secret "web": the private key does not belong to .* The certificate read before stays in use$/,
  );
  assert.match(certificates.shown(CONFIGURATION)[0]?.problem ?? '', /^Secret "web": .*issuer\.$/);
  certificates.offer('web', 'Secret "web"', { version: '3', texts: OTHER });
  assert.notEqual(idOf(), before);
  assert.deepEqual(certificates.findings(CONFIGURATION), []);
});

test('a certificate that never could be used is known as none, so that nobody waits for it', () => {
  const { certificates, idOf, message } = begun();
  const problem = { code: 'SecretMissing' as const, message: 'Secret "web" does not exist' };
  certificates.offer('web', 'Secret "web"', { version: 'missing', problem });
  assert.equal(idOf(), 'None');
  assert.match(message(), /^Secret "web" does not exist\. Until there is one, clients .* are refused$/);
  assert.deepEqual(certificates.shown(CONFIGURATION), [
    { name: 'web', hosts: [], usedBy: ['https'], problem: 'Secret "web" does not exist.' },
  ]);
});

test('time alone makes a certificate a warning, day by day, and then an error', () => {
  const { certificates, clock, codes, changes, message } = begun();
  certificates.offer('web', 'Secret "web"', {
    version: '1',
    texts: selfSigned(['web.example'], 'ECDSA', 90),
  });
  clock.advance(75 * DAY_MS);
  assert.deepEqual([codes(), changes()], [[], 1]);
  clock.advance(1.5 * DAY_MS);
  assert.deepEqual([codes(), changes()], [['CertificateExpires'], 2]);
  assert.match(message(), /in 13 days/);
  clock.advance(DAY_MS);
  assert.match(message(), /in 12 days/);
  clock.advance(13 * DAY_MS);
  assert.deepEqual([codes(), changes()], [['CertificateExpired'], 16]);
  clock.advance(300 * DAY_MS);
  assert.equal(changes(), 16);
  assert.equal(clock.waiting, 0);
});

test('an OCSP response goes out of use when it is stale, and comes back with a new one', () => {
  using authority = new OcspAuthority();
  const { certificates, clock, changes, codes, message } = begun();
  const texts = { certificate: authority.leaf + authority.certificate, key: authority.key };
  const isStapled = () => certificates.shown(CONFIGURATION)[0]?.isStapled;
  const inUse = () => {
    const known = certificates.known.get('web');
    return typeof known === 'object' && known.staple !== undefined;
  };
  certificates.offer('web', 'Secret "web"', { version: '1', texts });
  assert.deepEqual([isStapled(), inUse(), codes()], [undefined, false, []], 'none is asked for');
  certificates.offer('web', 'Secret "web"', { version: '2', texts, ocsp: authority.answer() });
  assert.deepEqual([isStapled(), inUse(), codes()], [true, true, []]);
  const before = changes();
  clock.advance(DAY_MS - 60_000);
  assert.deepEqual([isStapled(), changes()], [true, before]);
  clock.advance(3_700_000);
  assert.deepEqual([isStapled(), inUse(), codes()], [false, false, ['OcspResponseUnfit']]);
  assert.match(message(), /was to be replaced by 20.+Clients get none/);
  assert.equal(changes(), before + 1, 'told once');
  certificates.offer('web', 'Secret "web"', { version: '3', texts, ocsp: 'cannot be used' });
  assert.deepEqual([isStapled(), codes()], [false, ['OcspResponseUnfit']]);
  certificates.offer('web', 'Secret "web"', { version: '4', texts });
  assert.deepEqual([isStapled(), codes()], [undefined, []]);
});

test('an OCSP response that cannot be used leaves the one before in use while that is fresh', () => {
  using authority = new OcspAuthority();
  const { certificates, clock, codes, message } = begun();
  const texts = { certificate: authority.leaf + authority.certificate, key: authority.key };
  const isStapled = () => certificates.shown(CONFIGURATION)[0]?.isStapled;
  let version = 0;
  const offer = (ocsp: Uint8Array | string | undefined, pair = texts): void =>
    certificates.offer('web', 'Secret "web"', {
      version: `${++version}`,
      texts: pair,
      ...(ocsp === undefined ? {} : { ocsp }),
    });
  const good = authority.answer();
  for (const bad of [Buffer.from('garbage'), authority.answer({ isAboutAnother: true }), 'cannot be used']) {
    offer(good);
    offer(bad);
    assert.deepEqual([isStapled(), codes()], [true, ['OcspResponseUnfit']]);
    assert.match(
      message(),
      /its OCSP response .*\. The one read before goes to clients until 20.+Z; fetch a new/,
    );
    offer(Buffer.from('more garbage'));
    assert.equal(isStapled(), true, 'garbage after garbage');
  }
  offer(good, { ...texts, key: OTHER.key });
  assert.deepEqual([isStapled(), codes()], [true, ['CertificateInvalid']], 'with a pair that is kept');
  offer(Buffer.from('garbage'));
  clock.advance(DAY_MS);
  assert.deepEqual([isStapled(), codes()], [false, ['OcspResponseUnfit']], 'it is stale');
  assert.match(message(), /cannot be read.*\. Clients get none/);
});

test('an OCSP response gives way to the issuer’s word against the certificate, to none, and with its certificate', () => {
  using authority = new OcspAuthority();
  const { certificates, codes } = begun();
  const texts = { certificate: authority.leaf + authority.certificate, key: authority.key };
  const isStapled = () => certificates.shown(CONFIGURATION)[0]?.isStapled;
  const ocsp = authority.answer();
  const offer = (version: string, more: object, pair = texts): void =>
    certificates.offer('web', 'Secret "web"', { version, texts: pair, ...more });
  offer('1', { ocsp });
  offer('2', { ocsp: authority.answer({ isRevoked: true }) });
  assert.deepEqual([isStapled(), codes()], [false, ['OcspResponseUnfit']]);
  offer('3', { ocsp });
  offer('4', {});
  assert.deepEqual([isStapled(), codes()], [undefined, []]);
  offer('5', { ocsp });
  offer('6', { ocsp: Buffer.from('garbage') }, OTHER);
  assert.deepEqual([isStapled(), codes()], [false, ['OcspResponseUnfit']]);
});

test('a certificate of listeners and of backends is shown once, with all its users and what is wrong with it', () => {
  const ofListeners = new Certificates(OF_LISTENERS, createClock());
  const ofBackends = new Certificates(OF_BACKENDS, createClock());
  const credentials = (certificateName: string) => ({ certificateName });
  const configuration = {
    ...CONFIGURATION,
    backends: [
      { name: 'one', credentials: credentials('web') },
      { name: 'two', credentials: credentials('own') },
      { name: 'three', credentials: credentials('gone') },
      { name: 'four', credentials: credentials('own') },
    ],
  } as unknown as Configuration;
  const problem = { code: 'SecretMissing' as const, message: 'Secret "gone" does not exist' };
  for (const store of [ofListeners, ofBackends])
    store.offer('web', 'Secret "web"', { version: '1', texts: GOOD });
  ofBackends.offer('own', 'Secret "own"', { version: '1', texts: OTHER });
  ofBackends.offer('gone', 'Secret "gone"', { version: '1', problem });
  const snapshot = [namedCertificates(ofListeners), namedClientCertificates(ofBackends)].reduce(
    (before, named) => named.fillIn(before, undefined),
    { revision: '1', configuration, targets: new Map(), findings: [] } as Snapshot,
  );
  assert.deepEqual(
    snapshot.certificates?.map(({ name, hosts, usedBy, usedByBackends, problem: why }) => [
      name,
      hosts.length,
      usedBy.join(),
      usedByBackends?.join(),
      why,
    ]),
    [
      ['web', 2, 'https', 'one', undefined],
      ['own', 1, '', 'two,four', undefined],
      ['gone', 0, '', 'three', 'Secret "gone" does not exist.'],
    ],
  );
});

test('an expired certificate is used if it is the only one', () => {
  const { certificates, idOf, codes } = begun();
  certificates.offer('web', 'file', { version: '1', texts: endedDaysAgo('web.example', 3) });
  assert.notEqual(idOf(), 'None');
  assert.deepEqual(codes(), ['CertificateExpired']);
});

test('a certificate that is forgotten, and one that is stopped, wait for nothing', () => {
  const { certificates, clock, idOf } = begun();
  certificates.offer('web', 'Secret "web"', { version: '1', texts: GOOD });
  assert.equal(clock.waiting, 1);
  certificates.forget('web');
  assert.deepEqual([clock.waiting, idOf()], [0, undefined]);
  certificates.offer('web', 'Secret "web"', { version: '2', texts: GOOD });
  certificates.stop();
  assert.equal(clock.waiting, 0);
});

test('a key is in nothing that is told of a certificate', () => {
  const { certificates } = begun();
  const secret = GOOD.key.split('\n')[1] ?? '';
  certificates.offer('web', 'Secret "web"', { version: '1', texts: GOOD });
  certificates.offer('web', 'Secret "web"', {
    version: '2',
    texts: { certificate: OTHER.certificate, key: GOOD.key },
  });
  certificates.offer('other', 'Secret "other"', {
    version: '1',
    texts: { certificate: GOOD.key, key: GOOD.key },
  });
  const told = JSON.stringify([
    certificates.findings(CONFIGURATION),
    certificates.shown(CONFIGURATION),
    [...certificates.known],
  ]);
  assert.ok(secret.length > 20);
  assert.equal(told.includes(secret), false);
});
