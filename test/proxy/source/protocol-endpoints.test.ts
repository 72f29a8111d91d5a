import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '../../../kube/endpoint-slice.ts';
import type { KubeService, ServicePort } from '../../../kube/service.ts';
import type { Protocol } from '../../../proxy/configuration/binding.ts';
import { protocolEndpoints, protocolsOf } from '../../../proxy/source/protocol-endpoints.ts';
import { configurationFor } from '../configurations.ts';

type Forwarded = ServicePort & { readonly targetPort: number };

const TCP_53: Forwarded = { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 5353 };
const UDP_53: Forwarded = { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 };

/** What a Service "dns" with these ports and two pods results in: the endpoints, and the problem. */
const found = (
  ports: readonly Forwarded[],
  port: number | string,
  ...protocols: readonly Protocol[]
): { readonly at: readonly string[]; readonly code?: string; readonly problem?: string } => {
  const service: KubeService = { metadata: { name: 'dns' }, spec: { selector: { app: 'dns' }, ports } };
  const slice: EndpointSlice = {
    metadata: { name: 'dns-1' },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }],
    ports: ports.map(({ name = '', protocol = 'TCP', targetPort }) => ({ name, protocol, port: targetPort })),
  };
  const { targets, code, problem } = protocolEndpoints(
    { service, slices: [slice], port, location: {} },
    new Set(protocols),
  );
  return {
    at: targets.map((target) => `${target.address}:${target.port}`),
    ...(code === undefined ? {} : { code }),
    ...(problem === undefined ? {} : { problem }),
  };
};

test('a backend is reached in the protocols of its listeners, and in TCP as long as it has none', () => {
  const configuration = configurationFor({
    listeners: [
      { name: 'u', port: 53, protocol: 'UDP', backend: 'dns' },
      { name: 't', port: 53, backend: 'dns' },
      { name: 's', port: 514, protocol: 'UDP', backend: 'syslog' },
    ],
    backends: ['dns', 'syslog', 'unused'].map((name) => ({ name, service: { name, port: 53 } })),
  });
  const of = (name: string) => [...protocolsOf(configuration, name)].sort();
  assert.deepEqual([of('dns'), of('syslog'), of('unused')], [['TCP', 'UDP'], ['UDP'], ['TCP']]);
});

test('the port of a Service is found by its number or its name, and only in the protocol of the listeners', () => {
  const other: Forwarded = { ...UDP_53, targetPort: 5454 };
  for (const port of [53, 'dns'])
    assert.deepEqual(found([TCP_53, other], port, 'UDP'), { at: ['10.0.0.1:5454', '10.0.0.2:5454'] });
  assert.deepEqual(found([TCP_53, other], 53, 'TCP'), { at: ['10.0.0.1:5353', '10.0.0.2:5353'] });
  assert.deepEqual(found([TCP_53], 53, 'UDP'), {
    at: [],
    code: 'PortNotFound',
    problem:
      'Service dns has no UDP port 53; it has dns-tcp (53): correct the port in the backend or add it to the Service',
  });
});

test('a backend with listeners of both protocols has each pod once if the Service forwards both to one port', () => {
  assert.deepEqual(found([TCP_53, UDP_53], 53, 'UDP', 'TCP'), { at: ['10.0.0.1:5353', '10.0.0.2:5353'] });
});

test('a protocol that the Service lacks is a problem, and the endpoints of the other one are used', () => {
  for (const [port, missing] of [
    [TCP_53, 'UDP'],
    [UDP_53, 'TCP'],
  ] as const) {
    const { at, code, problem = '' } = found([port], 53, 'TCP', 'UDP');
    assert.deepEqual({ at, code }, { at: ['10.0.0.1:5353', '10.0.0.2:5353'], code: 'PortNotFound' });
    assert.match(
      problem,
      new RegExp(
        `^Service dns has no ${missing} port 53; .*, or give the listeners of that protocol a backend of their own$`,
      ),
    );
  }
});

test('a name belongs to one protocol, so that a backend with listeners of both needs the number', () => {
  const { at, code, problem = '' } = found([TCP_53, UDP_53], 'dns', 'TCP', 'UDP');
  assert.deepEqual({ at, code }, { at: ['10.0.0.1:5353', '10.0.0.2:5353'], code: 'PortNotFound' });
  assert.match(problem, /^Service dns has no TCP port named "dns"; it has dns-tcp \(53\), dns \(53\) UDP: /);
});

test('a Service that forwards the protocols to different ports is a problem, and the endpoints of TCP are used', () => {
  assert.deepEqual(found([TCP_53, { ...UDP_53, targetPort: 5454 }], 53, 'TCP', 'UDP'), {
    at: ['10.0.0.1:5353', '10.0.0.2:5353'],
    code: 'PortNotFound',
    problem:
      'Service dns forwards TCP and UDP to different ports of its pods, so its endpoints are reached at those of TCP. Give the listeners of each protocol a backend of their own',
  });
});

test('a Service that does not have the port in either protocol is one problem', () => {
  assert.equal(found([TCP_53, UDP_53], 54, 'TCP', 'UDP').code, 'PortNotFound');
  assert.deepEqual(found([TCP_53, UDP_53], 54, 'TCP', 'UDP').at, []);
});
