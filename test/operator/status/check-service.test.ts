import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../../operator/objects/service.ts';
import { checkService } from '../../../operator/status/check-service.ts';
import { owner } from '../owner.ts';

const TCP = { name: 'dns-tcp', port: 53, backend: 'web' };
const UDP = { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' };
const SEPARATE =
  'If its load balancer refuses TCP and UDP in one Service, set service.protocols to Separate, which makes a second one for UDP.';

const service = (status: object): Service => ({ metadata: { name: 'l4b-edge' }, status });
const messages = (spec: object, ...services: readonly (Service | undefined)[]): readonly string[] =>
  checkService(owner(spec).spec, services).map(({ message }) => message);

const CONDITION = {
  type: 'LoadBalancerPortsError',
  status: 'True',
  reason: 'LoadBalancerMixedProtocolNotSupported',
};

const REFUSED: readonly (readonly [string, object, string])[] = [
  ['a condition with a reason', { conditions: [CONDITION] }, 'LoadBalancerMixedProtocolNotSupported.'],
  [
    'a condition with a message',
    { conditions: [{ ...CONDITION, message: 'one protocol only' }] },
    'one protocol only.',
  ],
  [
    'the error of a port',
    {
      loadBalancer: {
        ingress: [
          { ip: '192.0.2.1', ports: [{ port: 53, protocol: 'UDP', error: 'MixedProtocolNotSupported' }] },
        ],
      },
    },
    'MixedProtocolNotSupported at UDP port 53.',
  ],
];
for (const [what, status, says] of REFUSED)
  test(`a load balancer that refuses ports with ${what} causes a warning that says what to do`, () => {
    assert.deepEqual(messages({ listeners: [TCP, UDP] }, service(status), undefined), [
      `Service "l4b-edge": its load balancer does not serve all ports: ${says} ${SEPARATE}`,
    ]);
  });

test('separate Services are advised only where one Service has both protocols', () => {
  for (const spec of [{ listeners: [UDP] }, { listeners: [TCP, UDP], service: { protocols: 'Separate' } }]) {
    const [message = ''] = messages(spec, service({ conditions: [CONDITION] }));
    assert.match(message, /NotSupported\.$/);
  }
});

test('a load balancer that serves all ports causes no warning', () => {
  const ports = [{ port: 53, protocol: 'UDP' }];
  for (const status of [
    {},
    { conditions: [{ ...CONDITION, status: 'False' }] },
    { loadBalancer: { ingress: [{ ip: '192.0.2.1', ports }] } },
  ])
    assert.deepEqual(messages({ listeners: [TCP, UDP] }, service(status), undefined), []);
});
