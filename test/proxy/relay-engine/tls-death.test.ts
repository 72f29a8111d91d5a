import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { ClientTrust } from '../../../proxy/certificates/client-trust.ts';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { selfSigned } from '../certificates.ts';
import { startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableOf } from '../tables.ts';
import { nativeHeap } from './native-heap.ts';
import { tlsClient, tlsListener } from './tls-world.ts';

const WORKER = new URL('./tls-dying-worker.ts', import.meta.url);
/** With each acceptor that dies; the worker dies at one more. */
const CONNECTIONS = 8;
const WARM_UP = 5;
const DEATHS = 20;
/** An acceptor without TLS leaves some 45 KiB of Node's own; connections and contexts took 355 KiB more. */
const MOST_LEFT = 150 * 1024;

test('an acceptor that dies leaves neither connections nor contexts of TLS in memory', async () => {
  using authority = new ClientAuthority('One');
  const { certificate: cert, key } = authority.issue('client.test');
  const endpoint = await startEndpoint(() => undefined);
  const port = await freePort();
  const events: EngineEvent[] = [];
  const engine = await startEngine({ acceptors: 1, worker: WORKER, onEvent: (event) => events.push(event) });
  const count = (wanted: EngineEvent['type']): number => events.filter(({ type }) => type === wanted).length;
  const backend = tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }] });
  const clients = { isRequired: true, depth: 3, allowedNames: [] };
  const listener = {
    ...tlsListener(port, [selfSigned(['a.test']), selfSigned(['a.test'], 'RSA')], { clients }),
    clientTrust: new ClientTrust([authority.certificate], []),
  };
  const begin = async (): Promise<Socket> => {
    const client = await tlsClient(port, { cert, key });
    return client.on('error', () => undefined); // reset when its acceptor dies, which this test is about
  };
  const die = async (): Promise<void> => {
    const died = count('AcceptorDied');
    const open = await Promise.all(Array.from({ length: CONNECTIONS }, begin));
    const last = begin().catch(() => undefined);
    await until(
      'the acceptor is replaced',
      () => count('AcceptorDied') > died && count('AcceptorReplaced') > died,
      { seen: () => events },
    );
    for (const client of [...open, await last]) client?.destroy();
  };
  try {
    assert.deepEqual(await engine.publish(tableOf([listener], [backend])), []);
    for (let i = 0; i < WARM_UP; i++) await die();
    const before = nativeHeap();
    for (let i = 0; i < DEATHS; i++) await die();
    const left = (): number => (nativeHeap() - before) / DEATHS;
    // A thread that ends takes a moment to give back what it shares.
    await until('what the dead acceptors had is free', () => left() < MOST_LEFT, {
      seen: () => `each death left ${Math.round(left() / 1024)} KiB`,
    });
  } finally {
    await engine.close();
    await endpoint.close();
  }
});
