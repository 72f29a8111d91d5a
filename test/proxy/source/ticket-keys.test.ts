import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../../cluster/control-plane/control-plane.ts';
import { connect } from '../../../kube/connect.ts';
import type { Transport } from '../../../kube/transport.ts';
import { followTicketKeys } from '../../../proxy/source/ticket-keys.ts';
import { until } from '../../../tooling/wait/until.ts';

let cluster: ControlPlane;
let transport: Transport;
before(async () => {
  cluster = await startControlPlane();
  transport = await connect({ kubeconfig: cluster.kubeconfig });
});
after(async () => {
  await transport?.close();
  await cluster?.stop();
});

const secretWith = (keys: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'l4b-edge-tickets' },
  data: { keys },
});
const keysOf = (byte: number, size = 240): string => Buffer.alloc(size, byte).toString('base64');

test('the ticket keys of a resource are followed once they are asked for, and stay when their Secret goes', async (t) => {
  const namespace = 'tickets';
  await cluster.createNamespace(namespace);
  const apply = (keys: string) =>
    cluster.run(['apply', '--namespace', namespace, '-f', '-'], JSON.stringify(secretWith(keys)));
  const seen: (number | undefined)[] = [];
  const tickets = followTicketKeys({
    transport,
    namespace,
    name: 'edge',
    onChange: () => seen.push(tickets.keys?.[0]),
  });
  t.after(() => tickets.stop());
  const awaitSeen = (...expected: readonly number[]) =>
    until(`keys ${expected.join()}`, () => seen.join() === expected.join(), { seen: () => seen });
  await apply(keysOf(1));
  assert.deepEqual(seen, []);
  tickets.start();
  tickets.start();
  await awaitSeen(1);
  const read: Uint8Array | undefined = tickets.keys;
  assert.equal(read?.length, 240);
  await apply(keysOf(2));
  await awaitSeen(1, 2);
  // Of another size, then gone: neither is a change, so the next one is the third.
  await apply(keysOf(3, 80));
  await cluster.run(['delete', '--namespace', namespace, 'secret', 'l4b-edge-tickets']);
  assert.equal(tickets.keys?.[0], 2);
  await apply(keysOf(4));
  await awaitSeen(1, 2, 4);
});

test('keys that may not be read are no problem', async (t) => {
  await cluster.createNamespace('refused');
  const login = await connect({ kubeconfig: cluster.userKubeconfig('nobody') });
  t.after(() => login.close());
  const answers: number[] = [];
  const counting: Transport = {
    ...login,
    request: async (call) => {
      try {
        return await login.request(call);
      } catch (error) {
        answers.push((error as { readonly httpStatus: number }).httpStatus);
        throw error;
      }
    },
  };
  const tickets = followTicketKeys({
    transport: counting,
    namespace: 'refused',
    name: 'edge',
    onChange: () => assert.fail('there are no keys'),
  });
  t.after(() => tickets.stop());
  tickets.start();
  await until('it is refused, and tried again', () => answers.length > 1, { seen: () => answers });
  assert.deepEqual(new Set(answers), new Set([403]));
  assert.equal(tickets.keys, undefined);
});
