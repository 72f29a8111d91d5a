import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../proxy/engine/engine.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { selfSigned } from '../certificates.ts';
import { type EndpointServer, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableOf } from '../tables.ts';
import { tlsClient, tlsListener } from './tls-world.ts';

const KEY_BYTES = 80;
const CERTIFICATES = [selfSigned(['a.test'])];

interface Replica {
  readonly engine: Engine;
  readonly port: number;
}

let endpoint: EndpointServer;
const replicas: Replica[] = [];
before(async () => {
  endpoint = await startEndpoint(() => undefined);
  for (let i = 0; i < 2; i++) {
    const port = await freePort();
    const engine = await startEngine({ acceptors: 2, onEvent: () => undefined });
    replicas.push({ engine, port });
    const backend = tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }] });
    assert.deepEqual(await engine.publish(tableOf([tlsListener(port, CERTIFICATES)], [backend])), []);
  }
});
after(async () => {
  for (const { engine } of replicas) await engine.close();
  await endpoint?.close();
});

/** Connects with a session, if there is one; whether it was resumed, and the new one, if one is to come. */
const visit = async ({ port }: Replica, session: Buffer | undefined, renews: boolean) => {
  const client = await tlsClient(port, session === undefined ? {} : { session });
  client.on('error', () => undefined);
  const isResumed = client.isSessionReused();
  const signal = AbortSignal.timeout(10_000);
  const [given] = renews ? ((await once(client, 'session', { signal })) as [Buffer]) : [session];
  client.destroy();
  return { session: given, isResumed };
};

test('a replica resumes the sessions of another one once both have the same keys, through rotations', async () => {
  const [one, other] = replicas;
  assert.ok(one && other);
  const first = await visit(one, undefined, true);
  assert.equal((await visit(one, first.session, false)).isResumed, true);
  const elsewhere = await visit(other, first.session, false);
  assert.equal(elsewhere.isResumed, false, 'each has random keys of its own');

  // Current, previous, next: as the operator writes and rotates them.
  let [current, previous, next] = [randomBytes(KEY_BYTES), randomBytes(KEY_BYTES), randomBytes(KEY_BYTES)];
  const rotate = (): Uint8Array => {
    [current, previous, next] = [next, current, randomBytes(KEY_BYTES)];
    return Buffer.concat([current, previous, next]);
  };
  const keys = Buffer.concat([current, previous, next]);
  const setKeys = async (replica: Replica, to: Uint8Array): Promise<void> => {
    const before = replica.engine.stats().version;
    replica.engine.setTicketKeys(to);
    await until('every acceptor has them', () =>
      replica.engine.acceptors().every(({ version }) => version > before),
    );
  };
  for (const replica of replicas) await setKeys(replica, keys);

  let { session } = await visit(one, undefined, true);
  let [resumed, visits] = [0, 0];
  /** A ticket is renewed unless the key that made it is the current one. */
  const come = async (replica: Replica, { renews }: { readonly renews: boolean }): Promise<void> => {
    const visited = await visit(replica, session, renews);
    session = visited.session;
    visits++;
    if (visited.isResumed) resumed++;
  };
  for (let rotation = 0; rotation < 3; rotation++) {
    for (let i = 0; i < 10; i++) await come(i % 2 === 0 ? other : one, { renews: false });
    const rotated = rotate();
    await setKeys(one, rotated);
    // The other replica has not followed yet: it knows the new key already.
    for (const replica of [one, other, one]) await come(replica, { renews: true });
    await setKeys(other, rotated);
  }
  assert.equal(visits, 39);
  assert.equal(resumed, visits);
});

test('keys of one replica alone are rotated, and the two before the newest still resume sessions', async () => {
  const port = await freePort();
  let rotate = (): void => undefined;
  let isStopped = false;
  const engine = await startEngine({
    acceptors: 2,
    onEvent: () => undefined,
    whenTicketKeysAge(run) {
      rotate = run;
      return () => {
        isStopped = true;
      };
    },
  });
  const backend = tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }] });
  await engine.publish(tableOf([tlsListener(port, CERTIFICATES)], [backend]));
  const replica = { engine, port };
  const rotated = async (): Promise<void> => {
    const before = engine.stats().version;
    rotate();
    await until('every acceptor has the new key', () =>
      engine.acceptors().every(({ version }) => version > before),
    );
  };
  const old = await visit(replica, undefined, true);
  await rotated();
  await rotated();
  const renewed = await visit(replica, old.session, true);
  assert.equal(renewed.isResumed, true);
  await rotated();
  assert.equal((await visit(replica, old.session, true)).isResumed, false, 'its key is forgotten');
  assert.equal(
    (await visit(replica, renewed.session, true)).isResumed,
    true,
    'the new ticket has a newer key',
  );
  await engine.close();
  assert.equal(isStopped, true);
});
