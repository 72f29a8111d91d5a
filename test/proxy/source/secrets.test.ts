import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { type ControlPlane, startControlPlane } from '../../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../../cluster/control-plane/definition.ts';
import { spec as specSchema } from '../../../crds/l4balancer.ts';
import { connect } from '../../../kube/connect.ts';
import type { Transport } from '../../../kube/transport.ts';
import { role } from '../../../operator/desired/role.ts';
import type { ApiProblem } from '../../../proxy/source/api-problem.ts';
import { Certificates } from '../../../proxy/source/certificates.ts';
import { followKubernetes } from '../../../proxy/source/kubernetes.ts';
import { followSecrets } from '../../../proxy/source/secrets.ts';
import type { SourceInput, SourceState } from '../../../proxy/source/source.ts';
import { until } from '../../../tooling/wait/until.ts';
import { selfSigned } from '../certificates.ts';

let cluster: ControlPlane;
let transport: Transport;
const stops: (() => void)[] = [];
before(async () => {
  cluster = await startControlPlane();
  await installDefinition(cluster);
  transport = await connect({ kubeconfig: cluster.kubeconfig });
});
after(async () => {
  for (const stop of stops) stop();
  await transport?.close();
  await cluster?.stop();
});

const following = (namespace: string, by: Transport = transport) => {
  const certificates = new Certificates();
  let changes = 0;
  certificates.onChange(() => changes++);
  const problems = new Map<string, ApiProblem | undefined>();
  const secrets = followSecrets({
    namespace,
    certificates,
    onChange: () => changes++,
    following: (what, path) => ({
      transport: by,
      what,
      path,
      onChange: () => undefined,
      onProblem: (problem) => problems.set(what, problem),
    }),
  });
  stops.push(() => {
    secrets.stop();
    certificates.stop();
  });
  const hostsOf = (name: string): readonly string[] | 'None' | undefined => {
    const known = certificates.known.get(name);
    return typeof known === 'object' ? known.names : known;
  };
  return {
    secrets,
    hostsOf,
    problems,
    until: (what: string, check: () => boolean) =>
      until(what, check, { seen: () => [[...certificates.known.keys()], [...problems]] }),
  };
};

const secret = (name: string, data: Readonly<Record<string, string>>, type = 'kubernetes.io/tls') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  type,
  stringData: data,
});
const pairOf = (host: string) => {
  const { certificate, key } = selfSigned([host]);
  return { 'tls.crt': certificate, 'tls.key': key };
};
const apply = (namespace: string, object: object) =>
  cluster.run(['apply', '--namespace', namespace, '-f', '-'], JSON.stringify(object));

test('a Secret is followed by its name: it may appear later, change, and go', async () => {
  await cluster.createNamespace('live');
  const { secrets, hostsOf, until: seen } = following('live');
  secrets.setNames(['web']);
  await seen('it is missing', () => hostsOf('web') === 'None');
  await apply('live', secret('web', pairOf('a.example')));
  await seen('it has appeared', () => hostsOf('web')?.[0] === 'a.example');
  await apply('live', secret('web', pairOf('b.example')));
  await seen('it has changed', () => hostsOf('web')?.[0] === 'b.example');
  await cluster.run(['delete', '--namespace', 'live', 'secret', 'web']);
  await apply('live', secret('other', pairOf('c.example')));
  secrets.setNames(['web', 'other']);
  await seen('another one is followed', () => hostsOf('other')?.[0] === 'c.example');
  assert.deepEqual(hostsOf('web'), ['b.example']);
  secrets.setNames(['other']);
  assert.equal(hostsOf('web'), undefined);
});

test('a Secret without the keys of a certificate is known as none', async () => {
  await cluster.createNamespace('keys');
  const { secrets, hostsOf, until: seen } = following('keys');
  await apply('keys', secret('web', { 'tls.crt': 'x' }, 'Opaque'));
  secrets.setNames(['web']);
  await seen('it is read', () => hostsOf('web') === 'None');
});

test('Secrets that a Role names are followed, and no others', async () => {
  await cluster.createNamespace('rights');
  await apply('rights', secret('mine', pairOf('a.example')));
  await apply('rights', secret('others', pairOf('b.example')));
  const rights = {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'proxy' },
        rules: [
          {
            apiGroups: [''],
            resources: ['secrets'],
            resourceNames: ['mine'],
            verbs: ['get', 'list', 'watch'],
          },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'proxy' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'proxy' },
        subjects: [{ kind: 'User', name: 'proxy', apiGroup: 'rbac.authorization.k8s.io' }],
      },
    ],
  };
  await apply('rights', rights);
  const login = await connect({ kubeconfig: cluster.userKubeconfig('proxy') });
  stops.push(() => void login.close());
  const { secrets, hostsOf, problems, until: seen } = following('rights', login);
  secrets.setNames(['mine', 'others']);
  await seen('the one is read', () => hostsOf('mine')?.[0] === 'a.example');
  await seen('the other is refused', () => secrets.fails('others'));
  assert.equal(problems.get('Secret others')?.code, 'Forbidden');
  assert.deepEqual([hostsOf('others'), secrets.fails('mine')], [undefined, false]);
});

const yaml = async (path: string): Promise<Record<string, unknown>> =>
  parse(await readFile(new URL(`../../../crds/${path}`, import.meta.url), 'utf8')) as Record<string, unknown>;

/** Follows a sample as a proxy with the Role of the operator. */
const followSample = async (namespace: string, path: string) => {
  await cluster.createNamespace(namespace);
  const sample = await yaml(path);
  await apply(namespace, { ...sample, metadata: { name: 'edge' } });
  const { rules } = role({ name: 'edge', namespace, uid: 'x', spec: specSchema.parse(sample.spec) });
  const rbac = 'rbac.authorization.k8s.io';
  await apply(namespace, {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'edge' }, rules },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: { name: 'edge' },
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'edge' },
        subjects: [{ kind: 'User', name: `proxy-of-${namespace}`, apiGroup: rbac }],
      },
    ],
  });
  const login = await connect({ kubeconfig: cluster.userKubeconfig(`proxy-of-${namespace}`) });
  let input: SourceInput | undefined;
  const states: SourceState[] = [];
  let guarded = 0;
  const source = followKubernetes({
    transport: login,
    namespace,
    name: 'edge',
    after: (ms, run) => setTimeout(run, ms),
    onInput(next) {
      input = next;
    },
    onState: (state) => states.push(state),
    beforeKeys: () => guarded++,
  });
  stops.push(() => {
    source.stop();
    void login.close();
  });
  const codes = () =>
    input?.snapshot?.findings
      .map(({ code, listener, backend }) => `${code} ${listener ?? backend ?? ''}`)
      .sort();
  const seen = (what: string, check: () => boolean) =>
    until(what, check, { seen: () => [codes(), input?.snapshot?.certificates, states.at(-1)] });
  return { codes, seen, states, input: () => input, snapshot: () => input?.snapshot, guarded: () => guarded };
};

test('with the sample, the Certificate of cert-manager beside it and the Role of the operator, a listener has its certificates', async () => {
  const namespace = 'sample';
  const { secretName, dnsNames } = (await yaml('cert-manager/certificate.yaml')).spec as {
    readonly secretName: string;
    readonly dnsNames: readonly string[];
  };
  const { codes, seen, states, input, snapshot, guarded } = await followSample(
    namespace,
    'samples/certificates.yaml',
  );
  const hosts = () => snapshot()?.configuration.listeners[0]?.certificates?.map(({ names }) => names.join());

  await seen(
    'both Secrets are missed',
    () => codes()?.filter((code) => code === 'SecretMissing https').length === 2,
  );
  assert.deepEqual(hosts(), []);
  assert.equal(guarded(), 1, 'before there is any key');
  const { certificate, key } = selfSigned(dnsNames);
  // As cert-manager makes it.
  await apply(namespace, {
    ...secret(secretName, {
      'tls.crt': certificate,
      'tls.key': key,
      'ca.crt': certificate,
      'tls.ocsp-staple': 'x',
    }),
    metadata: { name: secretName, annotations: { 'cert-manager.io/certificate-name': 'web' } },
  });
  await seen('the certificate is there', () => hosts()?.length === 1);
  assert.deepEqual(hosts(), [dnsNames.join()]);
  assert.ok(codes()?.includes('OcspResponseUnfit https'), String(codes()));
  await apply(namespace, secret('api-tls', pairOf('api.example.com')));
  await seen('so is the other', () => hosts()?.length === 2);
  assert.deepEqual(hosts(), [dnsNames.join(), 'api.example.com']);
  assert.deepEqual(
    snapshot()?.certificates?.map(({ name, usedBy, problem }) => [name, usedBy, problem]),
    [
      ['web-tls', ['https'], undefined],
      ['api-tls', ['https'], undefined],
    ],
  );
  // The ticket keys come once the operator has made them.
  assert.equal(input()?.ticketKeys, undefined);
  const keys = Buffer.alloc(240, 5).toString('base64');
  await apply(namespace, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'l4b-edge-tickets' },
    data: { keys },
  });
  await seen('the ticket keys are there', () => input()?.ticketKeys?.length === 240);
  assert.deepEqual(
    states.filter(({ following: follows }) => !follows),
    [],
    'nothing was refused',
  );
  await cluster.run(['delete', '--namespace', namespace, 'secret', secretName]);
  await seen('the deletion is told', () => codes()?.includes('SecretMissing https') === true);
  assert.deepEqual(hosts(), [dnsNames.join(), 'api.example.com']);
});

test('with the sample, the Role of the operator and a ConfigMap, a listener has the authorities of its clients and what they revoked', async () => {
  const namespace = 'clients';
  const { codes, seen, snapshot } = await followSample(namespace, 'samples/mutual-tls.yaml');
  const trust = () => snapshot()?.configuration.listeners[0]?.clientTrust;
  await seen('what it names is missed', () =>
    ['CaBundleMissing https', 'RevocationListMissing https'].every((code) => codes()?.includes(code)),
  );
  assert.equal(trust(), undefined);
  using authority = new ClientAuthority('Clients');
  const configMap = (data: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'clients-ca' },
    data,
  });
  await apply(namespace, configMap({ 'ca.crt': authority.certificate }));
  await seen('the list is missed', () => codes()?.includes('RevocationListInvalid https') ?? false);
  assert.equal(trust(), undefined, 'revoked clients are not let in');
  await apply(namespace, configMap({ 'ca.crt': authority.certificate, 'ca.crl': authority.list() }));
  await seen('both are there', () => trust()?.checks === 'Chain');
  const { id } = trust() ?? {};
  authority.revoke(authority.issue('gone'));
  await apply(namespace, configMap({ 'ca.crt': authority.certificate, 'ca.crl': authority.list() }));
  await seen('the list has changed', () => trust()?.id !== id);
  const kept = trust()?.id;
  await apply(namespace, configMap({ 'ca.crt': 'garbage', 'ca.crl': 'garbage' }));
  await seen('garbage is told', () =>
    ['CaBundleInvalid https', 'RevocationListInvalid https'].every((code) => codes()?.includes(code)),
  );
  assert.equal(trust()?.id, kept);
});

test('with the sample and the Role of the operator, backends have their CA bundles and client certificates', async () => {
  const namespace = 'bundles';
  const { codes, input, seen } = await followSample(namespace, 'samples/reencryption.yaml');
  const credentials = () => input()?.snapshot?.configuration.backends.map((backend) => backend.credentials);
  const ofBackends = () => codes()?.filter((code) => /^(CaBundle|Secret|Certificate).* (web|pg)$/.test(code));
  await seen('all are missed', () => ofBackends()?.length === 3);
  assert.deepEqual(ofBackends(), ['CaBundleMissing pg', 'CaBundleMissing web', 'SecretMissing pg']);
  assert.deepEqual(
    input()?.snapshot?.configuration.backends.map(({ policy }) => policy.tls?.serverName),
    [`web.${namespace}.svc`, 'pg.internal'],
  );
  const configMap = (bundle: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'internal-ca' },
    data: { 'ca.crt': bundle },
  });
  await apply(namespace, configMap(selfSigned(['ca']).certificate));
  await apply(namespace, secret('pg-ca', { 'ca.crt': selfSigned(['pg-ca']).certificate }, 'Opaque'));
  await apply(namespace, secret('proxy-tls', pairOf('the-proxy')));
  await seen('all are there', () => ofBackends()?.length === 0);
  const [web, pg] = credentials() ?? [];
  assert.equal(web?.caBundle?.certificates.length, 1);
  assert.deepEqual(pg?.keyPair?.names, ['the-proxy']);
  await apply(namespace, configMap('no certificate'));
  await seen('the garbage is reported', () => ofBackends()?.join() === 'CaBundleInvalid web');
  assert.equal(credentials()?.[0]?.caBundle?.id, web?.caBundle?.id);
  await cluster.run(['delete', '--namespace', namespace, 'configmap', 'internal-ca']);
  await seen('so is that it has gone', () => ofBackends()?.join() === 'CaBundleMissing web');
  assert.equal(credentials()?.[0]?.caBundle?.id, web?.caBundle?.id);
});
