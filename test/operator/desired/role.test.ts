import assert from 'node:assert/strict';
import { test } from 'node:test';
import { role } from '../../../operator/desired/role.ts';
import { roleBinding } from '../../../operator/desired/role-binding.ts';
import { serviceAccount } from '../../../operator/desired/service-account.ts';
import { owner } from '../owner.ts';

test('the proxy may read its own resource, Services and EndpointSlices, and may write nothing', () => {
  const { rules } = role(owner());
  assert.deepEqual(
    rules.map(({ resources, resourceNames = [] }) => [...resources, ...resourceNames].join(' ')),
    ['l4balancers edge', 'services', 'endpointslices'],
  );
  for (const { verbs } of rules) assert.deepEqual(verbs, ['list', 'watch']);
  assert.equal(JSON.stringify(rules).includes('*'), false);
});

const terminating = (name: string, ...secrets: readonly string[]) => ({
  name,
  port: 8443,
  backend: 'web',
  tls: { mode: 'Terminate', certificateRefs: secrets.map((secret) => ({ name: secret })) },
});

test('of the Secrets, the proxy may read those that its listeners name, each once, and its ticket keys', () => {
  const listeners = [
    terminating('a', 'web-tls', 'api-tls'),
    { ...terminating('b', 'web-tls'), port: 9443 },
    { name: 'plain', port: 80, backend: 'web' },
  ];
  const { rules } = role(owner({ listeners }));
  assert.deepEqual(rules.at(-1), {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: ['api-tls', 'web-tls', 'l4b-edge-tickets'],
    verbs: ['list', 'watch'],
  });
});

test('of ConfigMaps and Secrets, the proxy may read those with authorities of clients and lists of revoked ones', () => {
  const { rules } = role(
    owner({
      listeners: [
        {
          ...terminating('a', 'web-tls'),
          tls: {
            ...terminating('a', 'web-tls').tls,
            clientCertificates: {
              caRefs: [{ name: 'ca' }, { kind: 'Secret', name: 'internal-ca' }],
              crlRefs: [{ name: 'crl' }, { name: 'ca', key: 'crl.pem' }],
            },
          },
        },
      ],
    }),
  );
  assert.deepEqual(
    rules.slice(-2).map(({ resources, resourceNames }) => [resources, resourceNames]),
    [
      [['configmaps'], ['ca', 'crl']],
      [['secrets'], ['internal-ca', 'web-tls', 'l4b-edge-tickets']],
    ],
  );
});

test('of the ConfigMaps and Secrets, the proxy may read those that its backends name', () => {
  const backend = (name: string, tls: object) => ({ name, service: { name, port: 1 }, tls });
  const { rules } = role(
    owner({
      backends: [
        backend('web', { caRef: { name: 'internal-ca' }, clientCertificateRef: { name: 'proxy-tls' } }),
        backend('pg', {
          caRef: { kind: 'Secret', name: 'pg-ca' },
          clientCertificateRef: { name: 'proxy-tls' },
        }),
        backend('any', { mode: 'Insecure' }),
      ],
    }),
  );
  assert.deepEqual(
    rules.slice(-2).map(({ resources, resourceNames }) => [resources, resourceNames]),
    [
      [['configmaps'], ['internal-ca']],
      [['secrets'], ['pg-ca', 'proxy-tls']],
    ],
  );
});

test('the binding gives the Role to the ServiceAccount of the pods, in their namespace', () => {
  const { roleRef, subjects } = roleBinding(owner());
  assert.deepEqual(roleRef, {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'Role',
    name: role(owner()).metadata.name,
  });
  assert.deepEqual(subjects, [
    { kind: 'ServiceAccount', name: serviceAccount(owner()).metadata.name, namespace: 'shop' },
  ]);
});

test('a token is mounted only in pods that request it', () => {
  assert.equal(serviceAccount(owner()).automountServiceAccountToken, false);
});
