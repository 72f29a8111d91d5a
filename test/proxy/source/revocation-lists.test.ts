import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { CaBundles } from '../../../proxy/source/ca-bundles.ts';
import { namedClientTrust } from '../../../proxy/source/named-client-trust.ts';
import { RevocationLists } from '../../../proxy/source/revocation-lists.ts';
import { tableListener } from '../tables.ts';

const HOUR_MS = 3_600_000;
const authority = new ClientAuthority('One');
after(() => authority[Symbol.dispose]());

/** Lists, with a clock that is moved by hand. */
const set = () => {
  let now = Date.now();
  let due: { readonly at: number; readonly run: () => void } | undefined;
  let changes = 0;
  const lists = new RevocationLists({
    now: () => now,
    after(ms, run) {
      due = { at: now + ms, run };
      return () => {
        due = undefined;
      };
    },
  });
  lists.onChange(() => changes++);
  return {
    lists,
    codes: () => lists.problemsOf('crl').map(({ code }) => code),
    message: () => lists.problemsOf('crl')[0]?.message ?? '',
    changes: () => changes,
    /** Lets time pass, with all that is due meanwhile. */
    pass(ms: number): void {
      const until = now + ms;
      while (due !== undefined && due.at <= until) {
        now = due.at;
        due.run();
      }
      now = until;
    },
  };
};

test('a list is told in the last quarter of its time, and once it has expired, and stays in use', () => {
  const { lists, codes, message, changes, pass } = set();
  // Of 112 hours, 48 have passed.
  lists.offer('crl', 'crl.pem', { version: '1', text: authority.list(64) });
  assert.deepEqual([codes(), changes()], [[], 1]);
  pass(35 * HOUR_MS);
  assert.deepEqual([codes(), changes()], [[], 1]);
  pass(2 * HOUR_MS);
  assert.deepEqual([codes(), changes()], [['RevocationListExpires'], 2]);
  assert.match(
    message(),
    /^crl.pem has a list of revoked certificates of "One" that expires on 20\d\d-\d\d-\d\d, in 1 day: .*Write a new one$/,
  );
  pass(4 * HOUR_MS);
  assert.match(message(), /in less than a day/);
  assert.equal(changes(), 3);
  pass(24 * HOUR_MS);
  assert.deepEqual([codes(), changes()], [['RevocationListExpired'], 4]);
  assert.equal(lists.listsOf('crl')?.length, 1);
});

test('a list that lasts for months is told 14 days before it expires, and that it does each day', () => {
  const { lists, codes, message, changes, pass } = set();
  lists.offer('crl', 'crl.pem', { version: '1', text: authority.list(100 * 24) });
  pass(85.5 * 24 * HOUR_MS);
  assert.deepEqual([codes(), changes()], [[], 1]);
  pass(24 * HOUR_MS);
  assert.match(message(), /in 13 days/);
  pass(24 * HOUR_MS);
  assert.match(message(), /in 12 days/);
  pass(13 * 24 * HOUR_MS);
  assert.deepEqual([codes(), changes()], [['RevocationListExpired'], 16]);
});

test('what cannot be used replaces nothing; an expired list replaces only one that has expired, too', () => {
  const { lists, codes, pass } = set();
  lists.offer('crl', 'crl.pem', {
    version: '0',
    problem: { code: 'CaBundleMissing', message: 'crl.pem does not exist' },
  });
  assert.deepEqual([codes(), lists.listsOf('crl')], [['RevocationListMissing'], undefined]);
  lists.offer('crl', 'crl.pem', { version: '1', text: authority.list(20) });
  const first = lists.listsOf('crl');
  assert.deepEqual([codes(), first?.length], [[], 1]);
  for (const text of ['', 'garbage', authority.list(-1)]) {
    lists.offer('crl', 'crl.pem', { version: text, text });
    assert.deepEqual([codes(), lists.listsOf('crl')], [['RevocationListInvalid'], first]);
  }
  pass(21 * HOUR_MS);
  lists.offer('crl', 'crl.pem', { version: '2', text: authority.list(-1) });
  assert.deepEqual(codes(), ['RevocationListExpired']);
  assert.notEqual(lists.listsOf('crl'), first);
});

const snapshotOf = (caNames: readonly string[], crlNames: readonly string[]) => ({
  revision: '1',
  configuration: {
    listeners: [{ ...tableListener(1), name: 'l', clientAuthorities: { caNames, crlNames } }],
    backends: [],
    accessLog: { mode: 'Off', sampleOneIn: 2 } as const,
    drain: { spread: false },
    tuning: { logLevel: 'info', sysctls: [], pod: { acceptors: 1, cpus: 1 } } as never,
    written: { listeners: new Map([['l', 'spec.listeners[3]']]), backends: new Map() },
  },
  targets: new Map(),
  findings: [],
});

/** What is passed on of a listener with these names. */
const filled = (
  named: ReturnType<typeof namedClientTrust>,
  caNames: readonly string[],
  crlNames: readonly string[],
) => {
  const { configuration, findings } = named.fillIn(snapshotOf(caNames, crlNames), undefined);
  return {
    trust: configuration.listeners[0]?.clientTrust,
    findings: findings.map(({ code, listener, path, message }) => ({ code, listener, path, message })),
  };
};

test('without a list that it names, a listener trusts nobody; with other names, those before count no more', () => {
  const bundles = new CaBundles({ now: Date.now, after: () => () => undefined });
  const { lists } = set();
  const named = namedClientTrust(bundles, lists);
  bundles.offer('ca', 'ca.pem', { version: '1', text: authority.certificate });
  const missing = { code: 'CaBundleMissing', message: 'It does not exist' } as const;
  lists.offer('crl', 'crl.pem', { version: '0', problem: missing });
  const without = filled(named, ['ca'], ['crl']);
  assert.equal(without.trust, undefined);
  assert.deepEqual(without.findings, [
    {
      code: 'RevocationListMissing',
      listener: 'l',
      path: 'spec.listeners[3].tls.clientCertificates',
      message: 'It does not exist. Until there is one, the clients of listener "l" are refused',
    },
  ]);
  lists.offer('crl', 'crl.pem', { version: '1', text: authority.list() });
  const { trust } = filled(named, ['ca'], ['crl']);
  assert.deepEqual([trust?.authorities.length, trust?.lists.length, trust?.checks], [1, 1, 'Chain']);
  assert.equal(filled(named, ['ca'], ['crl']).trust, trust, 'unchanged input causes no work');
  lists.offer('crl', 'crl.pem', { version: '2', problem: missing });
  assert.equal(filled(named, ['ca'], ['crl']).trust, trust, 'what was read before stays in use');
  assert.equal(filled(named, ['unknown'], ['crl']).trust, trust, 'until the other one is known');
  bundles.offer('unknown', 'other.pem', { version: '1', problem: missing });
  assert.equal(filled(named, ['unknown'], ['crl']).trust, undefined);
});
