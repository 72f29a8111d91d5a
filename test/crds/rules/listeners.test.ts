import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec } from '../../../crds/l4balancer.ts';
import { LISTENER_RULES } from '../../../crds/rules/listeners.ts';

/** Number of problems that a rule finds in a spec with these listeners; the backend "web" is this machine. */
const problems = (id: string, ...listeners: readonly object[]): number | undefined =>
  LISTENER_RULES.find((each) => each.id === id)?.check(
    spec.parse({
      listeners,
      backends: [
        { name: 'web', endpoints: [{ address: '127.0.0.1', port: 9901 }] },
        { name: 'other', endpoints: [{ address: '192.0.2.1', port: 9901 }] },
      ],
    }),
  ).length;

test('only a TCP listener can collide with the admin port, since each protocol has its own ports', () => {
  const at = (protocol: string) =>
    problems('listener-port-admin', { name: 'web', port: 9901, protocol, backend: 'web' });
  assert.deepEqual([at('TCP'), at('UDP')], [1, 0]);
});

test('an endpoint is a listener of the proxy only in a protocol in which the endpoint is reached', () => {
  const between = (of: string, at: string) =>
    problems(
      'endpoint-is-listener',
      { name: 'web', port: 1, protocol: of, backend: 'web' },
      { name: 'other', port: 9901, protocol: at, backend: 'other' },
    );
  assert.deepEqual([between('TCP', 'TCP'), between('UDP', 'UDP')], [1, 1]);
  assert.deepEqual([between('TCP', 'UDP'), between('UDP', 'TCP')], [0, 0]);
});
