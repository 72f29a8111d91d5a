import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '../../../kube/endpoint-slice.ts';
import type { KubeService } from '../../../kube/service.ts';
import { resolveTargets, servicesOf } from '../../../proxy/source/resolve.ts';
import { configurationFor } from '../configurations.ts';

const CONFIGURATION = configurationFor({
  listeners: [{ name: 'l', port: 80, backend: 'web' }],
  backends: [
    { name: 'web', service: { name: 'web', port: 80 } },
    { name: 'admin', service: { name: 'web', port: 'admin' } },
    { name: 'fixed', endpoints: [{ address: '2001:db8::1', port: 5432, weight: 3, backup: false }] },
    { name: 'gone', service: { name: 'gone', port: 1 } },
  ],
});

const service = (name: string): [string, KubeService] => [
  `default/${name}`,
  {
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { app: name },
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 81 },
      ],
    },
  },
];
const slice = (name: string, of: string, ...addresses: string[]): [string, EndpointSlice] => [
  `default/${name}`,
  {
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address] })),
    ports: [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 8081 },
    ],
  },
];

test('each Service is listed once', () => {
  assert.deepEqual(servicesOf(CONFIGURATION), ['web', 'gone']);
});

test('targets come from the slices of the named Service, or from the list in the spec', () => {
  const { targets, findings } = resolveTargets(
    CONFIGURATION,
    new Map([service('web'), service('other')]),
    new Map([slice('a', 'web', '10.0.0.2'), slice('b', 'web', '10.0.0.1'), slice('c', 'other', '10.9.9.9')]),
  );
  assert.deepEqual(Object.fromEntries(targets), {
    web: [
      { address: '10.0.0.1', port: 8080, weight: 1, backup: false },
      { address: '10.0.0.2', port: 8080, weight: 1, backup: false },
    ],
    admin: [
      { address: '10.0.0.1', port: 8081, weight: 1, backup: false },
      { address: '10.0.0.2', port: 8081, weight: 1, backup: false },
    ],
    fixed: [{ address: '2001:db8::1', port: 5432, weight: 3, backup: false }],
    gone: [],
  });
  assert.equal(findings.length, 1);
  assert.equal(findings[0]?.path, 'spec.backends[3].service');
  assert.deepEqual([findings[0]?.code, findings[0]?.backend], ['ServiceNotFound', 'gone']);
  assert.match(findings[0]?.message ?? '', /^backend "gone", Service "gone": The Service does not exist/);
});

test('the port of a Service is that of the protocol of the backend’s listeners', () => {
  const configuration = configurationFor({
    listeners: [
      { name: 'u', port: 80, protocol: 'UDP', backend: 'quic' },
      { name: 't', port: 80, backend: 'web' },
    ],
    backends: ['quic', 'web'].map((name) => ({ name, service: { name: 'web', port: 80 } })),
  });
  const ports = (tcp: number, udp: number, field: 'port' | 'targetPort') => [
    { name: 'http', protocol: 'TCP', port: 80, [field]: tcp },
    { name: 'quic', protocol: 'UDP', port: 80, [field]: udp },
  ];
  const [key, of] = service('web');
  const [name, { ports: _, ...rest }] = slice('a', 'web', '10.0.0.1');
  const { targets, findings } = resolveTargets(
    configuration,
    new Map([[key, { ...of, spec: { ...of.spec, ports: ports(8080, 8443, 'targetPort') } }]]),
    new Map([[name, { ...rest, ports: ports(8080, 8443, 'port') }]]),
  );
  const found = [...targets].map(([backend, all]) => [backend, ...all.map(({ port }) => port)]);
  assert.deepEqual(found, [
    ['quic', 8443],
    ['web', 8080],
  ]);
  assert.deepEqual(findings, []);
});

test('endpoints of a Service that are not ready but still exist are reported as leaving', () => {
  const [name, of] = slice('a', 'web', '10.0.0.1');
  const unready = { addresses: ['10.0.0.2'], conditions: { ready: false } };
  const { targets, leaving } = resolveTargets(
    CONFIGURATION,
    new Map([service('web')]),
    new Map([[name, { ...of, endpoints: [...(of.endpoints ?? []), unready] }]]),
  );
  assert.deepEqual(
    targets.get('web')?.map(({ address }) => address),
    ['10.0.0.1'],
  );
  assert.deepEqual(Object.fromEntries(leaving), {
    web: [{ address: '10.0.0.2', port: 8080 }],
    admin: [{ address: '10.0.0.2', port: 8081 }],
    gone: [],
  });
});

test('the order in which objects arrive does not matter', () => {
  const services = [service('web'), service('gone')];
  const slices = [slice('a', 'web', '10.0.0.2'), slice('b', 'web', '10.0.0.1'), slice('c', 'gone')];
  assert.deepEqual(
    resolveTargets(CONFIGURATION, new Map(services), new Map(slices)),
    resolveTargets(CONFIGURATION, new Map(services.toReversed()), new Map(slices.toReversed())),
  );
});

test('a finding has the path of the backend in the resource as written', () => {
  const paths = new Map(
    CONFIGURATION.backends.map(({ name }, index): [string, string] => [name, `spec.backends[${index + 1}]`]),
  );
  const { findings } = resolveTargets(
    { ...CONFIGURATION, written: { ...CONFIGURATION.written, backends: paths } },
    new Map([service('web')]),
    new Map(),
  );
  assert.deepEqual(
    findings.map(({ path }) => path),
    ['spec.backends[1].service', 'spec.backends[2].service', 'spec.backends[4].service'],
  );
});

test('an endpoint that is listed in two spellings is used once, and reported', () => {
  const listed = configurationFor({
    listeners: [{ name: 'l', port: 80, backend: 'fixed' }],
    backends: [
      {
        name: 'fixed',
        endpoints: [
          { address: 'FD00::1', port: 80 },
          { address: 'fd00:0::1', port: 80 },
        ],
      },
    ],
  });
  const { targets, findings } = resolveTargets(listed, new Map(), new Map());
  assert.deepEqual(targets.get('fixed'), [{ address: 'fd00::1', port: 80, weight: 1, backup: false }]);
  assert.deepEqual(findings, [
    {
      code: 'EndpointRepeated',
      backend: 'fixed',
      path: 'spec.backends[0].endpoints[1]',
      message:
        'backend "fixed": fd00:0::1 is the same endpoint as endpoints[0] in another spelling, so it is used only once. Remove one of them',
    },
  ]);
});

const DRAINED_ROWS: readonly {
  readonly what: string;
  readonly drained: readonly string[];
  readonly drains: readonly string[];
  readonly unknown?: RegExp;
}[] = [
  { what: 'an address', drained: ['192.0.2.1'], drains: ['192.0.2.1 80', '192.0.2.1 81'] },
  { what: 'an address and a port', drained: ['192.0.2.1:81'], drains: ['192.0.2.1 81'] },
  { what: 'another spelling', drained: ['[FD00:0::1]:80'], drains: ['fd00::1 80'] },
  { what: 'a mapped address', drained: ['::ffff:192.0.2.2'], drains: ['192.0.2.2 80'] },
  {
    what: 'an address that no endpoint has',
    drained: ['192.0.2.9', 'fd00::1'],
    drains: ['fd00::1 80'],
    unknown: /^backend "fixed" has no endpoint "192\.0\.2\.9", which drained names\. /,
  },
  {
    what: 'a port that no endpoint has',
    drained: ['192.0.2.2:81'],
    drains: [],
    unknown: /no endpoint "192\.0\.2\.2:81"/,
  },
];
for (const { what, drained, drains, unknown } of DRAINED_ROWS)
  test(`${what} in drained takes new connections from exactly the endpoints that it means`, () => {
    const listed = configurationFor({
      listeners: [{ name: 'l', port: 80, backend: 'fixed' }],
      backends: [
        {
          name: 'fixed',
          drained: [...drained],
          endpoints: [
            { address: '192.0.2.1', port: 80, weight: 7 },
            { address: '192.0.2.1', port: 81 },
            { address: '192.0.2.2', port: 80 },
            { address: 'fd00::1', port: 80 },
          ],
        },
      ],
    });
    const { targets, findings } = resolveTargets(listed, new Map(), new Map());
    const all = targets.get('fixed') ?? [];
    assert.equal(all.length, 4);
    const gone = all.filter((target) => target.drained === true);
    assert.deepEqual(
      gone.map(({ address, port }) => `${address} ${port}`),
      drains,
    );
    assert.ok(all.every(({ weight, drained: is }) => (weight === 0) === (is === true)));
    assert.deepEqual(
      findings.map(({ code, path }) => [code, path]),
      unknown === undefined ? [] : [['DrainedUnknown', 'spec.backends[0].drained']],
    );
    if (unknown !== undefined) assert.match(String(findings[0]?.message), unknown);
  });

test('endpoints that hints assign to another zone are backups of those in this zone', () => {
  const of = (zone: string, address: string) => ({
    addresses: [address],
    hints: { forZones: [{ name: zone }] },
  });
  const [key, web] = slice('a', 'web');
  const hinted = { ...web, endpoints: [of('a', '10.0.0.1'), of('b', '10.0.0.2')] };
  const backups = (location?: { readonly zone: string }) =>
    resolveTargets(CONFIGURATION, new Map([service('web')]), new Map([[key, hinted]]), location)
      .targets.get('web')
      ?.map(({ address, backup }) => `${address} ${backup}`);
  assert.deepEqual(backups({ zone: 'a' }), ['10.0.0.1 false', '10.0.0.2 true']);
  assert.deepEqual(backups({ zone: 'b' }), ['10.0.0.1 true', '10.0.0.2 false']);
  assert.deepEqual(backups(), ['10.0.0.1 false', '10.0.0.2 false']);
});
