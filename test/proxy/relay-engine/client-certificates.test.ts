import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { createAuthority, type Identity } from '../../../cluster/access/certificates.ts';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { ClientTrust } from '../../../proxy/certificates/client-trust.ts';
import { readRevocationLists } from '../../../proxy/certificates/revocation-list.ts';
import type { ClientPolicy } from '../../../proxy/configuration/termination.ts';
import type { Engine } from '../../../proxy/engine/engine.ts';
import type { HandshakeFailure } from '../../../proxy/engine/handshake-failure.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { selfSigned } from '../certificates.ts';
import { type EndpointServer, greet, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableOf } from '../tables.ts';
import { tlsListener } from './tls-world.ts';

const SERVER = selfSigned(['a.test']);
const root = new ClientAuthority('Root');
const between = new ClientAuthority('Between', root);
const stranger = new ClientAuthority('Stranger');
/** Everything that it has issued has expired. */
const past = createAuthority('Past', new Date(Date.now() - 3651 * 86_400_000));
const own = root.issue('own', 'DNS:own.test,URI:spiffe://test/own');
const leaf = between.issue('leaf');
const chained = { ...leaf, certificate: leaf.certificate + between.certificate };

let engine: Engine;
let endpoint: EndpointServer;
let port: number;

before(async () => {
  port = await freePort();
  endpoint = await startEndpoint(greet('hello'));
  engine = await startEngine({ acceptors: 2, onEvent: () => undefined });
});

after(async () => {
  await engine.close();
  await endpoint.close();
  for (const authority of [root, between, stranger]) authority[Symbol.dispose]();
});

interface Listener extends Partial<ClientPolicy> {
  readonly authorities?: readonly { readonly certificate: string }[] | 'None';
  readonly lists?: readonly string[];
}

/** Has the listener ask for certificates of clients. */
const publish = async ({ authorities = [root], lists = [], ...policy }: Listener): Promise<void> => {
  const read = readRevocationLists(lists.join('\n'));
  const listener = tlsListener(port, [SERVER], {
    clients: { isRequired: true, depth: 3, allowedNames: [], ...policy },
  });
  const trust =
    authorities === 'None'
      ? {}
      : {
          clientTrust: new ClientTrust(
            authorities.map(({ certificate }) => certificate),
            read.ok ? read.lists : [],
          ),
        };
  const findings = await engine.publish(
    tableOf(
      [{ ...listener, ...trust }],
      [tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }] })],
    ),
  );
  assert.deepEqual(findings, []);
};

const shownBy = (identity: Identity | undefined): ConnectionOptions =>
  identity === undefined ? {} : { cert: identity.certificate, key: identity.key };

/** A client that has heard from the endpoint: with TLS 1.3, a handshake seems complete to it too early. */
const served = (options: ConnectionOptions): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const client = connect({ port, servername: 'a.test', rejectUnauthorized: false, ...options });
    client.on('error', reject);
    client.on('close', () => reject(new Error('closed')));
    client.on('data', () => resolve(client));
  });

const failures = (failure: HandshakeFailure): number =>
  engine.stats().listeners[0]?.handshakes?.failed.find((one) => one.failure === failure)?.total ?? 0;

const refused = async (failure: HandshakeFailure, options: ConnectionOptions): Promise<void> => {
  const before = failures(failure);
  await assert.rejects(served(options));
  await until(`a handshake failed as ${failure}`, async () => failures(failure) === before + 1, {
    seen: () => JSON.stringify(engine.stats().listeners[0]?.handshakes),
  });
};

const revoked = root.issue('revoked');
root.revoke(revoked);
const LIST = root.list();

const CASES: readonly (readonly [
  what: string,
  listener: Listener,
  shown: Identity | undefined,
  failure?: HandshakeFailure,
])[] = [
  ['a certificate of the authority', {}, own],
  ['none', {}, undefined, 'ClientCertificateMissing'],
  ['none where one is only asked for', { isRequired: false }, undefined],
  ['a certificate of a stranger', {}, stranger.issue('own'), 'ClientCertificateUntrusted'],
  [
    'one of a stranger where one is only asked for',
    { isRequired: false },
    stranger.issue('own'),
    'ClientCertificateUntrusted',
  ],
  ['a certificate for servers', {}, root.issue('s', 'DNS:s', 'serverAuth'), 'ClientCertificateUntrusted'],
  [
    'one that has expired',
    { authorities: [past] },
    past.issue({ commonName: 'old' }),
    'ClientCertificateExpired',
  ],
  ['a chain', {}, chained],
  ['a chain that is too long', { depth: 0 }, chained, 'ClientCertificateUntrusted'],
  ['a certificate without its issuer', {}, leaf, 'ClientCertificateUntrusted'],
  ['one whose issuer is in the bundle', { authorities: [root, between] }, leaf],
  ['one whose issuer alone is in the bundle', { authorities: [between] }, leaf],
  ['one of the first of two authorities', { authorities: [root, stranger] }, own],
  ['any, before authorities are known', { authorities: 'None' }, own, 'NoClientAuthority'],
  ['one that is not in the list', { lists: [LIST] }, own],
  ['one that is revoked', { lists: [LIST] }, revoked, 'ClientCertificateRevoked'],
  ['one whose list has expired', { lists: [root.list(-1)] }, own, 'ClientCertificateUnchecked'],
  [
    'one whose authority has no list where another one has',
    { authorities: [root, stranger], lists: [LIST] },
    stranger.issue('own'),
    'ClientCertificateUnchecked',
  ],
  ['one whose name is allowed', { allowedNames: ['x.test', 'spiffe://test/*'] }, own],
  ['one whose name is not allowed', { allowedNames: ['*.other.test'] }, own, 'ClientNameNotAllowed'],
];

for (const [what, listener, shown, failure] of CASES)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    test(`with ${version}, a client that shows ${what} is ${failure ? `refused: ${failure}` : 'served'}`, async () => {
      await publish(listener);
      const options = { ...shownBy(shown), maxVersion: version };
      if (failure === undefined) (await served(options)).destroy();
      else await refused(failure, options);
    });

test('an authority in between that is in the bundle, and in a list, is revoked', async () => {
  const gone = new ClientAuthority('Gone', root);
  root.revoke(gone);
  await publish({ authorities: [root, gone], lists: [root.list(), gone.list()] });
  await refused('ClientCertificateRevoked', shownBy(gone.issue('leaf')));
  gone[Symbol.dispose]();
});

/** A session of a client that was served. */
const sessionOf = async (options: ConnectionOptions): Promise<Buffer> => {
  const client = await served(options);
  const session = client.getSession();
  client.destroy();
  assert.ok(session !== undefined);
  return session;
};

const CHANGES: readonly (readonly [what: string, Listener, failure: HandshakeFailure])[] = [
  ['a name that is not allowed any more', { allowedNames: ['*.x.test'] }, 'ClientNameNotAllowed'],
  ['other authorities', { authorities: [stranger] }, 'ClientCertificateUntrusted'],
];

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`with ${version}, a client resumes its session with the certificate that it has shown before`, async () => {
    await publish({ allowedNames: ['own.test'] });
    const session = await sessionOf({ ...shownBy(own), maxVersion: version });
    const client = await served({ session, maxVersion: version });
    assert.equal(client.isSessionReused(), true);
    client.destroy();
  });

  for (const [what, listener, failure] of CHANGES)
    test(`with ${version}, a client cannot resume a session past ${what}`, async () => {
      await publish({});
      const session = await sessionOf({ ...shownBy(own), maxVersion: version });
      await publish(listener);
      await refused(failure, { ...shownBy(own), session, maxVersion: version });
    });

  test(`with ${version}, a client cannot resume a session past a list that revokes its certificate`, async () => {
    const short = root.issue('short');
    await publish({ lists: [root.list()] });
    const session = await sessionOf({ ...shownBy(short), maxVersion: version });
    root.revoke(short);
    await publish({ lists: [root.list()] });
    await refused('ClientCertificateRevoked', { ...shownBy(short), session, maxVersion: version });
  });

  test(`with ${version}, a client without a certificate cannot resume once one is required`, async () => {
    await publish({ isRequired: false });
    const session = await sessionOf({ maxVersion: version });
    await publish({ isRequired: true });
    await refused('ClientCertificateMissing', { session, maxVersion: version });
  });
}
