import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetsOf } from '../../../proxy/health/targets.ts';
import { configurationFor } from '../configurations.ts';

/** The checks of two endpoints: address, port and kind. */
const checksOf = (healthCheck: object) => {
  const configuration = configurationFor({
    listeners: [{ name: 'l', port: 80, backend: 'web' }],
    backends: [{ name: 'web', healthCheck, endpoints: [{ address: '192.0.2.1', port: 1 }] }],
  });
  const targets = ['192.0.2.1', '2001:db8::1'].map((address) => ({
    address,
    port: 8080,
    weight: 1,
    backup: false,
  }));
  const followed = targetsOf({
    revision: '',
    configuration,
    targets: new Map([['web', targets]]),
    findings: [],
  });
  return [...followed].map(([key, { check }]) => [
    key,
    check?.request.address,
    check?.request.port,
    check?.request.kind,
  ]);
};

test('an endpoint is checked at its own port by default', () => {
  assert.deepEqual(checksOf({}), [
    ['web 192.0.2.1:8080', '192.0.2.1', 8080, { type: 'TCP' }],
    ['web [2001:db8::1]:8080', '2001:db8::1', 8080, { type: 'TCP' }],
  ]);
});

test('an endpoint is checked at the port of the health check, whatever its type, and keeps its own key', () => {
  for (const type of ['TCP', 'TLS', 'HTTP', 'GRPC', 'UDP'])
    assert.deepEqual(
      checksOf({ type, port: 8081 }).map((check) => check.slice(0, 3)),
      [
        ['web 192.0.2.1:8080', '192.0.2.1', 8081],
        ['web [2001:db8::1]:8080', '2001:db8::1', 8081],
      ],
    );
});

test('a UDP check sends and expects the bytes that the resource describes, and by default an empty datagram', () => {
  const udp = { send: '\\x00a\\n', expect: '\\xFF' };
  assert.deepEqual(checksOf({ type: 'UDP', udp })[0]?.at(-1), {
    type: 'UDP',
    send: '\x00a\n',
    expect: '\xff',
  });
  assert.deepEqual(checksOf({ type: 'UDP' })[0]?.at(-1), { type: 'UDP', send: '', expect: undefined });
});

test('a check sends a PROXY header if its backend does, unless it has a port of its own', () => {
  const headerOf = (healthCheck: object, proxyProtocol?: object): unknown => {
    const configuration = configurationFor({
      listeners: [{ name: 'l', port: 80, backend: 'web' }],
      backends: [
        {
          name: 'web',
          healthCheck,
          endpoints: [{ address: '192.0.2.1', port: 1 }],
          ...(proxyProtocol === undefined ? {} : { proxyProtocol }),
        },
      ],
    });
    const targets = new Map([['web', [{ address: '192.0.2.1', port: 8080, weight: 1, backup: false }]]]);
    const [followed] = targetsOf({ revision: '', configuration, targets, findings: [] }).values();
    return followed?.check?.request.proxyProtocol;
  };
  assert.equal(headerOf({}), undefined);
  assert.equal(headerOf({}, { version: 'V1' }), 'V1');
  assert.equal(headerOf({ type: 'HTTP' }, { version: 'V2', tlvs: ['UniqueId'] }), 'V2');
  assert.equal(headerOf({ port: 8081 }, { version: 'V2' }), undefined);
});

test('an HTTP check sends the request that the resource configures', () => {
  const http = { path: '/up', expectedStatuses: [204], host: 'web.internal', tls: true };
  assert.deepEqual(checksOf({ type: 'HTTP', http })[0]?.at(-1), { type: 'HTTP', ...http });
  assert.deepEqual(checksOf({ type: 'HTTP' })[0]?.at(-1), {
    type: 'HTTP',
    path: '/',
    expectedStatuses: [200],
    host: undefined,
    tls: false,
  });
});
