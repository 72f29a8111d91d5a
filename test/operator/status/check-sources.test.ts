import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSources } from '../../../operator/status/check-sources.ts';
import { balancer } from '../owner.ts';

const warningsOf = (service: object, ...listeners: readonly object[]) =>
  checkSources(
    balancer({
      listeners: listeners.map((listener, i) => ({
        name: `l${i}`,
        port: 8080 + i,
        backend: 'web',
        ...listener,
      })),
      service,
    }).spec,
  );

const SOURCES = { sources: { deny: ['192.0.2.1'] } };
const PER_SOURCE = { limits: { connectionsPerSource: 5 } };
const NAMED = { proxyProtocol: { trustedSources: ['10.0.0.0/8'] } };

test('policies by source cause a warning that names their listeners where nodes hide the clients', () => {
  for (const service of [{}, { type: 'NodePort' }, { externalTrafficPolicy: 'Cluster' }]) {
    const [warning, ...more] = warningsOf(service, SOURCES, {}, PER_SOURCE);
    assert.equal(warning?.reason, 'SourcesHidden');
    assert.match(warning?.message ?? '', /listeners "l0", "l2" may see the addresses of nodes/);
    assert.deepEqual(more, []);
  }
});

const QUIET: readonly (readonly [string, object, object])[] = [
  ['the Service keeps to the pods of the node', { externalTrafficPolicy: 'Local' }, SOURCES],
  ['the Service is only reachable in the cluster', { type: 'ClusterIP' }, SOURCES],
  ['there is no Service', { type: 'None' }, PER_SOURCE],
  ['a PROXY header names the clients', {}, { ...SOURCES, ...NAMED }],
  ['only the listener as a whole is limited', {}, { limits: { connections: 5 } }],
  ['the sources are empty', {}, { sources: {} }],
];

for (const [when, service, listener] of QUIET)
  test(`there is no warning about sources where ${when}`, () => {
    assert.deepEqual(warningsOf(service, listener), []);
  });
