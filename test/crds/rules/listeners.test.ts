import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec } from '../../../crds/l4balancer.ts';
import { LISTENER_RULES } from '../../../crds/rules/listeners.ts';

/** A spec that breaks both rules if its listener is one of TCP. */
const SPEC = spec.parse({
  listeners: [{ name: 'web', port: 9901, backend: 'web' }],
  backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 9901 }] }],
});

for (const id of ['listener-port-admin', 'endpoint-is-listener'])
  test(`${id} applies to TCP listeners, since other protocols have their own ports`, () => {
    const rule = LISTENER_RULES.find((each) => each.id === id);
    assert.equal(rule?.check(SPEC).length, 1);
    const listeners = SPEC.listeners.map((listener) => ({ ...listener, protocol: 'OTHER' }));
    assert.deepEqual(rule?.check({ ...SPEC, listeners }), []);
  });
