import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStickiness } from '../../../operator/status/check-stickiness.ts';
import { balancer } from '../owner.ts';

const BY_ID = { protocol: 'UDP', stickiness: { type: 'QuicConnectionId' } };
const BY_SERVER_ID = { protocol: 'UDP', stickiness: { type: 'QuicConnectionId', serverId: { length: 2 } } };

const warningsOf = (spec: object, replicas: number, ...listeners: readonly object[]) =>
  checkStickiness(
    balancer({
      listeners: listeners.map((listener, i) => ({
        name: `l${i}`,
        port: 8080 + i,
        backend: 'web',
        ...listener,
      })),
      ...spec,
    }).spec,
    replicas,
  );

test('connection IDs that replicas do not share cause a warning that names their listeners', () => {
  const [warning, ...more] = warningsOf({}, 2, BY_ID, {}, BY_SERVER_ID, BY_ID);
  assert.equal(warning?.reason, 'ConnectionIdsNotShared');
  assert.match(warning?.message ?? '', /^Listeners "l0", "l3" may lose a client .* \(there are 2\)/);
  assert.deepEqual(more, []);
  const [onNodes] = warningsOf({ workload: { kind: 'DaemonSet' } }, 0, BY_ID);
  assert.match(onNodes?.message ?? '', /^Listener "l0" may lose a client .* \(there is one per node\)/);
});

const QUIET: readonly (readonly [string, object, number, object])[] = [
  ['there is one replica', {}, 1, BY_ID],
  ['servers have server IDs', {}, 3, BY_SERVER_ID],
  ['clients are known by their addresses', {}, 3, { protocol: 'UDP' }],
  ['clients choose the node', { workload: { kind: 'DaemonSet' }, service: { type: 'None' } }, 0, BY_ID],
];

for (const [when, spec, replicas, listener] of QUIET)
  test(`there is no warning about connection IDs where ${when}`, () => {
    assert.deepEqual(warningsOf(spec, replicas, listener), []);
  });
