import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fromKubeconfig } from '../../kube/kubeconfig.ts';
import { plainKubeconfig } from '../../kube/plain-kubeconfig.ts';
import { type KubeconfigParts, kubeconfigFolder } from './kubeconfig-file.ts';

const files = kubeconfigFolder();
after(() => files.remove());

const server = 'https://api.example:6443';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
files.write('authority in a file', 'ca.pem');
files.write('key in a file', 'key.pem');
files.write('certificate in a file', 'cert.pem');

const PLAIN: readonly { readonly name: string; readonly parts: KubeconfigParts }[] = [
  {
    name: 'certificates inline',
    parts: {
      cluster: { server, 'certificate-authority-data': base64('authority') },
      user: { 'client-certificate-data': base64('certificate'), 'client-key-data': base64('key') },
    },
  },
  {
    name: 'certificates in files beside it',
    parts: {
      cluster: { server, 'certificate-authority': 'ca.pem' },
      user: { 'client-certificate': './cert.pem', 'client-key': `${files.folder}/key.pem` },
    },
  },
  {
    name: 'a token and the name in a certificate',
    parts: { cluster: { server, 'tls-server-name': 'kubernetes' }, user: { token: 'abc\n' } },
  },
  { name: 'a server with a path and nothing else', parts: { cluster: { server: `${server}/k8s/c-1/` } } },
];

/** Two files are never plain: client-node merges them, here with one that has nothing in it. */
const byClientNode = (path: string) =>
  fromKubeconfig([path, files.write('apiVersion: v1')], undefined, () => 0);

for (const { name, parts } of PLAIN)
  test(`client-node makes the same login of a kubeconfig with ${name}`, async () => {
    const path = files.kubeconfig(parts);
    const plain = plainKubeconfig(path, undefined) ?? assert.fail('it is not plain');
    const other = await byClientNode(path);
    assert.equal(plain.server, other.server.replace(/\/$/, ''));
    assert.deepEqual(plain.logIn(), await other.current());
  });

test('the namespace is that of the context', () => {
  const path = files.write(
    `{contexts: [{name: a, context: {cluster: c, user: u, namespace: shop}}, {name: b, context: {cluster: c, user: u}}],
      clusters: [{name: c, cluster: {server: "${server}"}}], users: [{name: u, user: {}}], current-context: a}`,
  );
  assert.equal(plainKubeconfig(path, undefined)?.namespace, 'shop');
  assert.equal(plainKubeconfig(path, 'b')?.namespace, undefined);
  assert.equal(plainKubeconfig(path, 'c'), undefined);
});

const OTHER: readonly { readonly name: string; readonly parts: KubeconfigParts }[] = [
  { name: 'an exec plugin', parts: { cluster: { server }, user: { exec: { command: 'aws' } } } },
  { name: 'a token in a file', parts: { cluster: { server }, user: { tokenFile: 'token' } } },
  { name: 'impersonation', parts: { cluster: { server }, user: { as: 'jane' } } },
  { name: 'an HTTP proxy', parts: { cluster: { server, 'proxy-url': 'http://proxy:3128' } } },
  { name: 'unchecked certificates', parts: { cluster: { server, 'insecure-skip-tls-verify': true } } },
  {
    name: 'a certificate both inline and in a file',
    parts: { cluster: { server, 'certificate-authority': 'ca.pem', 'certificate-authority-data': 'YQ==' } },
  },
  { name: 'no server', parts: { cluster: {} } },
  { name: 'a server that is no URL', parts: { cluster: { server: 'ftp://x' } } },
  { name: 'an unknown current context', parts: { cluster: { server }, currentContext: 'other' } },
];

for (const { name, parts } of OTHER)
  test(`a kubeconfig with ${name} is left to client-node`, () => {
    assert.equal(plainKubeconfig(files.kubeconfig(parts), undefined), undefined);
  });

for (const text of ['', '[', 'text', '[1]', '{clusters: {}, contexts: 3, users: null}'])
  test(`\`${text}\` is left to client-node, whose error says what is wrong`, () => {
    assert.equal(plainKubeconfig(files.write(text), 'test'), undefined);
  });
