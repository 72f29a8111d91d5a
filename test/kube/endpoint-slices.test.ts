import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EndpointSlice } from '../../kube/endpoint-slice.ts';
import { type EndpointsProblemCode, endpointsOf } from '../../kube/endpoint-slices.ts';
import type { KubeService } from '../../kube/service.ts';

type Spec = NonNullable<KubeService['spec']>;
type Conditions = { ready?: boolean | null; serving?: boolean | null; terminating?: boolean | null };

const WEB: Spec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] };
const service = (spec: Spec): KubeService => ({ metadata: { name: 'web', namespace: 'default' }, spec });
const at = (address: string, conditions?: Conditions, more: string[] = []) => ({
  addresses: [address, ...more],
  ...(conditions === undefined ? {} : { conditions }),
});
const slice = (
  endpoints: EndpointSlice['endpoints'],
  ports: EndpointSlice['ports'] = [{ name: 'http', port: 8080, protocol: 'TCP' }],
  addressType = 'IPv4',
): EndpointSlice => ({
  metadata: { name: `web-${Math.random()}` },
  addressType,
  ...(endpoints === undefined ? {} : { endpoints }),
  ...(ports === undefined ? {} : { ports }),
});

const READY = { ready: true, serving: true, terminating: false };
const NOT_READY = { ready: false, serving: false, terminating: false };
const LEAVING = { ready: false, serving: true, terminating: true };
const LEFT = { ready: false, serving: false, terminating: true };

interface Case {
  readonly name: string;
  readonly spec?: Spec | 'Missing';
  readonly slices: readonly EndpointSlice[];
  readonly port?: number | string;
  readonly protocol?: 'TCP' | 'UDP';
  readonly targets: readonly string[];
  /** Endpoints that exist but take no connections; not compared if omitted. */
  readonly leaving?: readonly string[];
  readonly code?: EndpointsProblemCode;
  /** Expected message. */
  readonly says?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'an IPv6 address in two notations is one endpoint',
    slices: ['FD00::1', 'fd00:0::1'].map((address) => slice([at(address)], undefined, 'IPv6')),
    targets: ['fd00::1:8080'],
  },
  {
    name: 'without the Service, endpoints of its slices are leaving, on all their ports',
    spec: 'Missing',
    slices: [
      slice(
        [at('10.0.0.2', READY), at('10.0.0.1', NOT_READY)],
        [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      ),
      slice([at('10.0.0.2', READY)], [{ name: 'admin', port: 9090 }]),
    ],
    targets: [],
    leaving: ['10.0.0.1:8080', '10.0.0.2:8080', '10.0.0.2:9090'],
    code: 'ServiceNotFound',
    says: /does not exist: create it/,
  },
  {
    name: 'endpoints of slices with the old name of the port are leaving',
    slices: [slice([at('10.0.0.1', READY)], [{ name: 'old', port: 8080 }])],
    targets: [],
    leaving: ['10.0.0.1:8080'],
    code: 'NoEndpoints',
  },
  {
    name: 'an endpoint in both a slice with the old port name and one with the new name is used',
    slices: [
      slice([at('10.0.0.1', READY), at('10.0.0.2', READY)], [{ name: 'old', port: 8080 }]),
      slice([at('10.0.0.1', READY)]),
    ],
    targets: ['10.0.0.1:8080'],
    leaving: ['10.0.0.2:8080'],
  },
  {
    name: 'ready endpoints of all slices are used, sorted',
    slices: [slice([at('10.0.0.9', READY), at('10.0.0.1', READY)]), slice([at('10.0.0.5', READY)])],
    targets: ['10.0.0.1:8080', '10.0.0.5:8080', '10.0.0.9:8080'],
  },
  {
    name: 'a port is found by its name',
    port: 'http',
    slices: [slice([at('10.0.0.1', READY)])],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'a named targetPort is resolved by each slice for its own pods',
    slices: [
      slice([at('10.0.0.1', READY)], [{ name: 'http', port: 8080 }]),
      slice([at('10.0.0.2', READY)], [{ name: 'http', port: 9090 }]),
    ],
    targets: ['10.0.0.1:8080', '10.0.0.2:9090'],
  },
  {
    name: 'a pod with two ports is two targets',
    slices: [
      slice([at('10.0.0.1', READY)], [{ name: 'http', port: 9090 }]),
      slice([at('10.0.0.1', READY)], [{ name: 'http', port: 8080 }]),
    ],
    targets: ['10.0.0.1:8080', '10.0.0.1:9090'],
  },
  {
    name: 'missing or null conditions mean ready',
    slices: [
      slice([
        at('10.0.0.1'),
        at('10.0.0.2', {}),
        at('10.0.0.3', { ready: null, serving: null, terminating: null }),
      ]),
    ],
    targets: ['10.0.0.1:8080', '10.0.0.2:8080', '10.0.0.3:8080'],
  },
  {
    name: 'an endpoint in two slices is one target, and ready if it is ready in one of them',
    slices: [
      slice([at('10.0.0.1', NOT_READY)]),
      slice([at('10.0.0.1', READY)]),
      slice([at('10.0.0.1', LEFT)]),
    ],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'only the first address of an endpoint is used',
    slices: [slice([at('10.0.0.1', READY, ['10.0.0.2'])])],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'an endpoint without an address is ignored',
    slices: [slice([{ addresses: [] }, {}, at('10.0.0.1')])],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'terminating endpoints are not used while one is ready',
    slices: [
      slice([
        at('10.0.0.1', LEAVING),
        at('10.0.0.2', READY),
        at('10.0.0.3', { ready: true, terminating: true }),
      ]),
    ],
    targets: ['10.0.0.2:8080'],
    leaving: ['10.0.0.1:8080', '10.0.0.3:8080'],
  },
  {
    name: 'terminating endpoints that serve are used if none is ready',
    slices: [slice([at('10.0.0.2', LEAVING), at('10.0.0.1', LEFT), at('10.0.0.3', NOT_READY)])],
    targets: ['10.0.0.2:8080'],
    leaving: ['10.0.0.1:8080', '10.0.0.3:8080'],
    code: 'NoneReady',
    says: /No endpoint of Service web is ready; 1 terminating ones still serve/,
  },
  {
    name: 'a missing condition serving is the same as ready',
    slices: [
      slice([
        at('10.0.0.1', { ready: true, terminating: true }),
        at('10.0.0.2', { ready: false, terminating: true }),
      ]),
    ],
    targets: ['10.0.0.1:8080'],
    code: 'NoneReady',
  },
  {
    name: 'there are no targets if no endpoint is ready or serving',
    slices: [slice([at('10.0.0.1', NOT_READY), at('10.0.0.2', LEFT)])],
    targets: [],
    code: 'NoneReady',
    says: /None of the 2 endpoints of Service web is ready: .*kubectl describe pod/,
  },
  {
    name: 'FQDN slices are ignored',
    slices: [slice([at('db.example.com', READY)], undefined, 'FQDN'), slice([at('10.0.0.1', READY)])],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'a dual-stack Service counts each pod once, by its first family',
    spec: { ...WEB, ipFamilies: ['IPv6', 'IPv4'] },
    slices: [slice([at('10.0.0.1', READY)]), slice([at('fd00::1', READY)], undefined, 'IPv6')],
    targets: ['fd00::1:8080'],
  },
  {
    name: 'a dual-stack Service whose first family has no endpoints uses the other',
    spec: { ...WEB, ipFamilies: ['IPv6', 'IPv4'] },
    slices: [slice([at('10.0.0.1', READY)]), slice([], undefined, 'IPv6')],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'slices with null endpoints or ports are empty',
    slices: [slice(null), slice([at('10.0.0.1')], null), slice([at('10.0.0.2')])],
    targets: ['10.0.0.2:8080'],
  },
  {
    name: 'an unnamed port is found if the Service has only one',
    spec: { selector: {}, ports: [{ port: 80, targetPort: 8080 }] },
    slices: [slice([at('10.0.0.1')], [{ name: '', port: 8080 }]), slice([at('10.0.0.2')], [{ port: 8081 }])],
    targets: ['10.0.0.1:8080', '10.0.0.2:8081'],
  },
  {
    name: 'the only, unnamed port of a slice matches the only, named port of the Service',
    slices: [slice([at('10.0.0.1')], [{ port: 8080 }])],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'an unnamed port of a slice does not match if the Service has several',
    spec: {
      ...WEB,
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 81 },
      ],
    },
    slices: [slice([at('10.0.0.1')], [{ port: 8080 }])],
    targets: [],
    code: 'NoEndpoints',
  },
  {
    name: 'an unnamed port does not match if the slice has others',
    slices: [slice([at('10.0.0.1')], [{ port: 8080 }, { name: 'admin', port: 9090 }])],
    targets: [],
    code: 'NoEndpoints',
  },
  {
    name: 'a port with the same name but a different protocol does not match',
    slices: [slice([at('10.0.0.1')], [{ name: 'http', port: 8080, protocol: 'UDP' }])],
    targets: [],
    code: 'NoEndpoints',
  },
  {
    name: 'a port with a different name does not match',
    slices: [slice([at('10.0.0.1')], [{ name: 'admin', port: 8080 }])],
    targets: [],
    code: 'NoEndpoints',
    says: /have its targetPort/,
  },
  {
    name: 'the right one of several ports is used',
    spec: {
      ...WEB,
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 81 },
      ],
    },
    port: 81,
    slices: [
      slice(
        [at('10.0.0.1')],
        [
          { name: 'http', port: 8080 },
          { name: 'admin', port: 9090 },
        ],
      ),
    ],
    targets: ['10.0.0.1:9090'],
  },
  {
    name: 'TCP and UDP ports with the same number are distinguished',
    spec: {
      ...WEB,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53 },
      ],
    },
    port: 53,
    slices: [
      slice(
        [at('10.0.0.1')],
        [
          { name: 'dns', port: 5353, protocol: 'UDP' },
          { name: 'dns-tcp', port: 5354 },
        ],
      ),
    ],
    targets: ['10.0.0.1:5354'],
  },
  {
    name: 'a UDP port is found on request',
    spec: {
      ...WEB,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53 },
      ],
    },
    port: 53,
    protocol: 'UDP',
    slices: [
      slice(
        [at('10.0.0.1')],
        [
          { name: 'dns', port: 5353, protocol: 'UDP' },
          { name: 'dns-tcp', port: 5354 },
        ],
      ),
    ],
    targets: ['10.0.0.1:5353'],
  },
  {
    name: 'a headless Service with ports is treated like any other',
    spec: { ...WEB, clusterIP: 'None' },
    slices: [slice([at('10.0.0.1')])],
    targets: ['10.0.0.1:8080'],
  },
  {
    name: 'for a headless Service without ports the number is that of the pods',
    spec: { clusterIP: 'None', selector: { app: 'db' } },
    port: 5432,
    slices: [slice([at('10.0.0.1')], [])],
    targets: ['10.0.0.1:5432'],
  },
  {
    name: 'a headless Service without ports has no named port',
    spec: { clusterIP: 'None', selector: { app: 'db' } },
    port: 'pg',
    slices: [slice([at('10.0.0.1')], [])],
    targets: [],
    code: 'PortNotFound',
    says: /Service web has no TCP port named "pg"; it has none: correct/,
  },
  {
    name: 'an unknown port number is reported',
    spec: {
      ...WEB,
      ports: [
        { name: 'http', port: 80 },
        { port: 53, protocol: 'UDP' },
      ],
    },
    port: 8080,
    slices: [slice([at('10.0.0.1')])],
    targets: [],
    leaving: ['10.0.0.1:8080'],
    code: 'PortNotFound',
    says: /Service web has no TCP port 8080; it has http \(80\), 53 UDP: correct the port/,
  },
  {
    name: 'a Service of type ExternalName is reported',
    spec: { type: 'ExternalName', externalName: 'db.example.com' },
    slices: [],
    targets: [],
    code: 'ExternalName',
    says: /list its addresses in the backend/,
  },
  {
    name: 'a Service without slices is reported',
    slices: [],
    targets: [],
    code: 'NoEndpoints',
    says: /Service web has no endpoints: check that pods match its selector/,
  },
  {
    name: 'a Service without slices and selector is reported',
    spec: { ports: [{ port: 80 }] },
    slices: [],
    targets: [],
    code: 'NoEndpoints',
    says: /give it a selector or EndpointSlices/,
  },
];

describe('endpoints of a Service:', () => {
  for (const each of CASES) {
    test(each.name, () => {
      const { spec = WEB, port: requested = 80, protocol = 'TCP' } = each;
      const subject = spec === 'Missing' ? undefined : service(spec);
      const found = endpointsOf(subject, each.slices, requested, protocol);
      const shown = (all: typeof found.targets) => all.map(({ address, port }) => `${address}:${port}`);
      assert.deepEqual(shown(found.targets), each.targets);
      if (each.leaving !== undefined) assert.deepEqual(shown(found.leaving), each.leaving);
      assert.equal(found.code, each.code);
      assert.equal(found.problem === undefined, each.code === undefined);
      if (each.says !== undefined) assert.match(found.problem ?? '', each.says);
      const shuffled = [...each.slices].reverse().map((one) => ({
        ...one,
        ...(one.endpoints ? { endpoints: [...one.endpoints].reverse() } : {}),
      }));
      assert.deepEqual(
        endpointsOf(subject, shuffled, requested, protocol),
        found,
        'the order changed the result',
      );
    });
  }
});
