import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRoutes, findRoute, type HostRoute } from '../../../proxy/tls/host-routes.ts';

interface Route extends HostRoute {
  readonly backend: string;
}

const ROUTES: readonly Route[] = [
  { hostnames: ['*'], alpn: [], backend: 'any' },
  { hostnames: ['*'], alpn: ['acme-tls/1'], backend: 'acme' },
  { hostnames: ['*.example.com', 'example.com'], alpn: [], backend: 'web' },
  { hostnames: ['*.example.com'], alpn: ['h2', 'http/1.1'], backend: 'http' },
  { hostnames: ['db.example.com'], alpn: [], backend: 'db' },
  { hostnames: ['db.example.com'], alpn: ['postgresql'], backend: 'direct' },
  { hostnames: ['*.db.example.com'], alpn: [], backend: 'shards' },
  { hostnames: ['grpc.example.com'], alpn: ['h2'], backend: 'grpc' },
  { hostnames: ['grpc.example.com'], alpn: ['h3'], backend: 'quic' },
];

const EXPECTED: readonly (readonly [
  why: string,
  name: string | undefined,
  protocols: readonly string[],
  backend: string,
])[] = [
  ['its very name', 'db.example.com', [], 'db'],
  ['its very name in capitals', 'DB.Example.COM', [], 'db'],
  ['its very name with the last dot', 'db.example.com.', [], 'db'],
  ['its very name before the protocol of a wildcard', 'db.example.com', ['h2'], 'db'],
  ['its very name and protocol', 'db.example.com', ['postgresql'], 'direct'],
  ['a wildcard', 'www.example.com', [], 'web'],
  ['a wildcard and its protocol', 'www.example.com', ['h2'], 'http'],
  ['a wildcard, for a protocol without a route', 'www.example.com', ['mqtt'], 'web'],
  ['a wildcard of a longer name', 'one.db.example.com', [], 'shards'],
  ['any, for a wildcard takes the place of one label', 'a.b.example.com', [], 'any'],
  ['any, for a wildcard takes the place of a label', '.example.com', [], 'any'],
  ['its very name, which no wildcard includes', 'example.com', ['h2'], 'web'],
  ['any', 'other.example', [], 'any'],
  ['any, without a name', undefined, [], 'any'],
  ['any, with an empty name', '', [], 'any'],
  ['any, with a name that is written like a wildcard', '*', [], 'any'],
  ['a wildcard, with a name that is written like it', '*.example.com', [], 'web'],
  ['a protocol alone', 'other.example', ['acme-tls/1'], 'acme'],
  ['a protocol alone, without a name', undefined, ['acme-tls/1'], 'acme'],
  ['the first of its protocols that has a route', 'grpc.example.com', ['x', 'h3', 'h2'], 'quic'],
  ['a wildcard, where no protocol of its very name is offered', 'grpc.example.com', ['http/1.1'], 'http'],
  ['a wildcard, where its very name is for other protocols', 'grpc.example.com', [], 'web'],
];

const routes = compileRoutes(ROUTES, ({ backend }) => backend);
for (const [why, name, protocols, backend] of EXPECTED)
  test(`${name ?? 'no name'} with ${protocols.join(' and ') || 'no protocol'} goes to ${backend} for ${why}`, () => {
    assert.equal(findRoute(routes, name, protocols), backend);
    // The order in which routes are written does not matter.
    const reversed = compileRoutes([...ROUTES].reverse(), (route) => route.backend);
    assert.equal(findRoute(reversed, name, protocols), backend);
  });

test('a name that no route includes goes nowhere', () => {
  const only = compileRoutes([{ hostnames: ['a.example', '*.b.example'], alpn: ['h2'] }], () => 'here');
  assert.equal(findRoute(only, 'a.example', ['h2']), 'here');
  assert.equal(findRoute(only, 'a.example', []), undefined);
  assert.equal(findRoute(only, 'b.example', ['h2']), undefined);
  assert.equal(findRoute(only, undefined, ['h2']), undefined);
});

test('of two routes for the same, the first one counts', () => {
  const both: readonly Route[] = [
    { hostnames: ['a.example'], alpn: [], backend: 'first' },
    { hostnames: ['a.example'], alpn: [], backend: 'second' },
  ];
  assert.equal(
    findRoute(
      compileRoutes(both, ({ backend }) => backend),
      'a.example',
      [],
    ),
    'first',
  );
});
