import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { connect, openTransport } from '../../kube/connect.ts';
import { inCluster } from '../../kube/in-cluster.ts';
import type { Transport } from '../../kube/transport.ts';
import { kubeconfigFolder } from './kubeconfig-file.ts';

const files = kubeconfigFolder();
let cp: ControlPlane;
let authority: string;
let userCertificates: { 'client-certificate-data': string; 'client-key-data': string };

before(async () => {
  cp = await startControlPlane();
  const config = JSON.parse(readFileSync(cp.kubeconfig, 'utf8'));
  authority = config.clusters[0].cluster['certificate-authority-data'];
  userCertificates = config.users[0].user;
  await cp.run(['create', 'serviceaccount', 'reader', '-n', 'default']);
});

after(async () => {
  await cp?.stop();
  files.remove();
});

const newToken = async () => (await cp.run(['create', 'token', 'reader', '-n', 'default'])).trim();
const pem = (base64: string) => Buffer.from(base64, 'base64').toString();

async function using<T>(
  connecting: Transport | Promise<Transport>,
  use: (transport: Transport) => Promise<T>,
): Promise<T> {
  const transport = await connecting;
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

/** The user that the API server identifies the caller as. */
async function whoAmI(transport: Transport): Promise<string> {
  const review = (await transport.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  })) as { status: { userInfo: { username: string } } };
  return review.status.userInfo.username;
}

const kubeconfig = (user: object) =>
  files.kubeconfig({ cluster: { server: cp.url, 'certificate-authority-data': authority }, user });

const READER = 'system:serviceaccount:default:reader';

describe('the API server identifies the caller by', () => {
  test('the client certificate of a kubeconfig', async () => {
    const name = await using(connect({ kubeconfig: cp.userKubeconfig('jane') }), whoAmI);
    assert.equal(name, 'jane');
  });

  test('a token', async () => {
    const token = await newToken();
    assert.equal(await using(connect({ kubeconfig: kubeconfig({ token }) }), whoAmI), READER);
  });

  test('a token in a file, beside the kubeconfig', async () => {
    files.write(`${await newToken()}\n`, 'token');
    assert.equal(await using(connect({ kubeconfig: kubeconfig({ tokenFile: 'token' }) }), whoAmI), READER);
  });

  test('the token of an exec plugin', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: await newToken() },
    };
    const plugin = files.write(`#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    assert.equal(await using(connect({ kubeconfig: kubeconfig({ exec }) }), whoAmI), READER);
  });

  test('the service account of a pod', async () => {
    files.write(await newToken(), 'token');
    files.write(pem(authority), 'ca.crt');
    const { hostname, port } = new URL(cp.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const credentials = inCluster(env, () => 0, files.folder);
    assert.equal(
      await using(
        openTransport(credentials, 'test', () => 0),
        whoAmI,
      ),
      READER,
    );
  });
});

describe('rotated credentials are read again:', () => {
  test('the token of a pod, when the old one is refused', async () => {
    files.write('expired', 'token');
    files.write(pem(authority), 'ca.crt');
    const { hostname, port } = new URL(cp.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    let now = 0;
    const transport = openTransport(
      inCluster(env, () => now, files.folder),
      'test',
      () => now,
    );
    await using(transport, async () => {
      await assert.rejects(whoAmI(transport), { name: 'ApiError', code: 'Unauthorized' });
      writeFileSync(join(files.folder, 'token'), await newToken());
      now += 11_000;
      assert.equal(await whoAmI(transport), READER);
    });
  });

  test('the token of a pod, every minute', async () => {
    files.write('first', 'token');
    let now = 0;
    const credentials = inCluster({ KUBERNETES_SERVICE_HOST: '::1' }, () => now, files.folder);
    const authorization = async () => (await credentials.current()).headers.authorization;
    assert.equal(await authorization(), 'Bearer first');
    files.write('second', 'token');
    assert.equal(await authorization(), 'Bearer first');
    now += 60_000;
    assert.equal(await authorization(), 'Bearer second');
  });

  test('client certificates in files, every minute', async () => {
    const [jane, joe] = ['jane', 'joe'].map(
      (name) =>
        JSON.parse(readFileSync(cp.userKubeconfig(name), 'utf8')).users[0].user as typeof userCertificates,
    );
    const put = (user: typeof userCertificates | undefined) => {
      files.write(pem(user?.['client-certificate-data'] ?? ''), 'tls.crt');
      files.write(pem(user?.['client-key-data'] ?? ''), 'tls.key');
    };
    put(jane);
    let now = 0;
    const config = kubeconfig({ 'client-certificate': 'tls.crt', 'client-key': 'tls.key' });
    await using(
      connect({ kubeconfig: config }, {}, () => now),
      async (transport) => {
        assert.equal(await whoAmI(transport), 'jane');
        put(joe);
        now += 60_000;
        assert.equal(await whoAmI(transport), 'joe');
      },
    );
  });
});

describe('a failed login explains the reason:', () => {
  const refused = (user: object, message: RegExp, name: string, code: string) =>
    using(connect({ kubeconfig: kubeconfig(user) }), (transport) =>
      assert.rejects(whoAmI(transport), (error: Error & { code?: string }) => {
        assert.equal(error.name, name);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      }),
    );

  test('an invalid token', () =>
    refused({ token: 'nonsense' }, /401 Unauthorized.*has expired; log in/, 'ApiError', 'Unauthorized'));

  test('a missing token file', () =>
    refused({ tokenFile: 'gone' }, /Cannot log in .*ENOENT.*gone/, 'CredentialsError', 'LoginFailed'));

  test('a missing exec plugin', () =>
    refused({ exec: { command: '/no/such/plugin' } }, /no\/such\/plugin/, 'CredentialsError', 'LoginFailed'));

  test('a failing exec plugin, with its own message', () => {
    const command = files.write('#!/bin/sh\necho please log in first >&2\nexit 1\n');
    return refused({ exec: { command } }, /please log in first/, 'CredentialsError', 'LoginFailed');
  });

  test('a missing permission', () =>
    using(connect({ kubeconfig: cp.userKubeconfig('nobody') }), (transport) =>
      assert.rejects(transport.request({ method: 'GET', path: '/api/v1/namespaces/default/secrets' }), {
        name: 'ApiError',
        code: 'Forbidden',
        message:
          /User "nobody" cannot list resource "secrets".* — give this user .* a Role and a RoleBinding/,
      }),
    ));
});
