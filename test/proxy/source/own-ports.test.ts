import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListenAddress } from '../../../program/listen-address.ts';
import { ownPortFindings } from '../../../proxy/source/own-ports.ts';
import { snapshotOfManifest } from '../../../proxy/source/standalone.ts';

type At = Readonly<{ port: number; address?: string }>;

const findings = (admin: ListenAddress, ...listeners: readonly At[]): readonly string[] => {
  const read = snapshotOfManifest(
    JSON.stringify({
      apiVersion: 'l4balancer.dev/v1alpha1',
      kind: 'L4Balancer',
      metadata: { name: 'edge' },
      spec: {
        listeners: listeners.map((at, i) => ({ name: `l${i}`, backend: 'web', ...at })),
        backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 80 }] }],
      },
    }),
    'r',
    admin,
  );
  return read.ok ? [] : read.findings.map(({ path, message }) => `${path}: ${message}`);
};

const TABLE: readonly {
  readonly name: string;
  readonly admin?: ListenAddress;
  readonly listeners: readonly At[];
  readonly found: RegExp | undefined;
}[] = [
  {
    name: 'a listener on the port of the admin endpoint',
    listeners: [{ port: 9901 }],
    found:
      /^spec.listeners\[0\].port: 9901 cannot be used: the admin endpoint of this proxy uses it \(L4B_ADMIN :9901\)/,
  },
  {
    name: 'a listener on 9901 while the admin endpoint has another port',
    admin: { port: 9902 },
    listeners: [{ port: 9901 }],
    found: undefined,
  },
  {
    name: 'a listener on the configured port of the admin endpoint',
    admin: { host: '127.0.0.1', port: 9902 },
    listeners: [{ port: 9902 }],
    found: /L4B_ADMIN 127.0.0.1:9902/,
  },
  {
    name: 'a listener on the port of the admin endpoint at another address',
    admin: { host: '127.0.0.1', port: 9902 },
    listeners: [{ port: 9902, address: '127.0.0.2' }],
    found: undefined,
  },
  {
    name: 'an admin endpoint on a port that the kernel chooses',
    admin: { port: 0 },
    listeners: [{ port: 80 }],
    found: undefined,
  },
  {
    name: 'one port at two addresses',
    listeners: [
      { port: 80, address: '127.0.0.1' },
      { port: 80, address: '::1' },
    ],
    found: undefined,
  },
  {
    name: 'one port at one address in two spellings',
    listeners: [
      { port: 80, address: '::1' },
      { port: 80, address: '0:0:0:0:0:0:0:1' },
    ],
    found: /^spec.listeners\[1\].port: \[::1\]:80 is already used by listener "l0"$/,
  },
  {
    name: 'one port at one IPv4 address, once written as IPv6',
    listeners: [
      { port: 80, address: '127.0.0.1' },
      { port: 80, address: '::ffff:127.0.0.1' },
    ],
    found: /^spec.listeners\[1\].port: 127.0.0.1:80 is already used by listener "l0"$/,
  },
  {
    name: 'one port at an address and at all of them',
    listeners: [{ port: 80, address: '127.0.0.1' }, { port: 80 }],
    found: /^spec.listeners\[1\].port: \*:80 is already used by listener "l0"$/,
  },
  {
    name: 'one port at an address and at the wildcard',
    listeners: [
      { port: 80, address: '::' },
      { port: 80, address: '127.0.0.1' },
    ],
    found: /"l0"/,
  },
  {
    name: 'an address that is a name',
    listeners: [{ port: 80, address: 'localhost' }],
    found: /not an IP address/,
  },
];

for (const { name, admin = { port: 9901 }, listeners, found } of TABLE)
  test(`outside a cluster, a manifest with ${name} is ${found === undefined ? 'accepted' : 'rejected'}`, () => {
    const all = findings(admin, ...listeners);
    if (found === undefined) assert.deepEqual(all, []);
    else {
      assert.equal(all.length, 1, JSON.stringify(all));
      assert.match(all[0] ?? '', found);
    }
  });

test('findings about the ports of a single proxy have the paths of its source', () => {
  const listeners = ['a', 'b', 'c'].map((name, i) => ({
    name,
    protocol: 'TCP' as const,
    port: [80, 80, 9901][i] ?? 0,
  }));
  assert.deepEqual(
    ownPortFindings(listeners, { port: 9901 }, (index) => ({ path: `ports[${index}]` })).map(
      ({ path, message }) => [path, message.slice(0, 25)],
    ),
    [
      ['ports[1]', '*:80 is already used by l'],
      ['ports[2]', '9901 cannot be used: the '],
    ],
  );
});
