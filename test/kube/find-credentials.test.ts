import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CredentialsError, type CredentialsErrorCode } from '../../kube/errors.ts';
import { findCredentials } from '../../kube/find-credentials.ts';
import { kubeconfigFolder } from './kubeconfig-file.ts';

const files = kubeconfigFolder();
after(files.remove);

const now = () => 0;
const GOOD = files.kubeconfig({ cluster: { server: 'https://good:6443/' } });
const OTHER = files.write(
  JSON.stringify({
    clusters: [{ name: 'other', cluster: { server: 'https://other:6443' } }],
    users: [{ name: 'other', user: {} }],
    contexts: [{ name: 'other', context: { cluster: 'other', user: 'other' } }],
    'current-context': 'other',
  }),
);
const HOME = join(files.folder, 'home');
mkdirSync(join(HOME, '.kube'), { recursive: true });
writeFileSync(join(HOME, '.kube', 'config'), JSON.stringify(homeConfig()));
function homeConfig() {
  return {
    clusters: [{ name: 'home', cluster: { server: 'http://home:8080' } }],
    users: [{ name: 'home', user: {} }],
    contexts: [{ name: 'home', context: { cluster: 'home', user: 'home' } }],
    'current-context': 'home',
  };
}
const POD = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

const FOUND = [
  ['the given file', { kubeconfig: GOOD }, { KUBECONFIG: OTHER, ...POD }, 'https://good:6443'],
  ['KUBECONFIG', {}, { KUBECONFIG: OTHER, ...POD, HOME }, 'https://other:6443'],
  ['the first file of KUBECONFIG', {}, { KUBECONFIG: `${GOOD}:${OTHER}` }, 'https://good:6443'],
  [
    'a later file of KUBECONFIG with the given context',
    { context: 'other' },
    { KUBECONFIG: `${GOOD}:${OTHER}` },
    'https://other:6443',
  ],
  ['the existing files of KUBECONFIG', {}, { KUBECONFIG: `/nope:${OTHER}` }, 'https://other:6443'],
  ['the service account of the pod', {}, { ...POD, HOME }, 'https://10.96.0.1:443'],
  [
    'the service account of a pod with an IPv6 API server',
    {},
    { ...POD, KUBERNETES_SERVICE_HOST: 'fd00::1' },
    'https://[fd00::1]:443',
  ],
  ['~/.kube/config', {}, { HOME }, 'http://home:8080'],
] as const;

test('the namespace is that of the context, and undefined if it has none', async () => {
  const namespaced = files.write(
    JSON.stringify({
      ...homeConfig(),
      contexts: [{ name: 'home', context: { cluster: 'home', user: 'home', namespace: 'shop' } }],
    }),
  );
  const namespaceOf = async (kubeconfig: string) =>
    (await findCredentials({ kubeconfig }, {}, now)).namespace;
  assert.equal(await namespaceOf(namespaced), 'shop');
  assert.equal(await namespaceOf(GOOD), undefined);
});

describe('the API server and the login are found in', () => {
  for (const [what, options, env, server] of FOUND) {
    test(what, async () => assert.equal((await findCredentials(options, env, now)).server, server));
  }
});

const cluster = { server: 'https://x' };
const REFUSED: readonly (readonly [string, string | undefined, CredentialsErrorCode, RegExp])[] = [
  [
    'a missing file',
    '/no/such/file',
    'KubeconfigUnreadable',
    /\/no\/such\/file: there is no such file .* --kubeconfig/,
  ],
  ['a folder', files.folder, 'KubeconfigUnreadable', /EISDIR/],
  ['a file that is not YAML', files.write('a: [b'), 'KubeconfigInvalid', /it is not a kubeconfig/],
  ['an empty file', files.write(''), 'KubeconfigInvalid', /it is not a kubeconfig/],
  ['plain text', files.write('hello'), 'KubeconfigInvalid', /has no current-context/],
  ['a cluster without a server', files.kubeconfig({}), 'KubeconfigInvalid', /server is missing/],
  [
    'a server that is not a URL',
    files.kubeconfig({ cluster: { server: 'x:y:z' } }),
    'KubeconfigInvalid',
    /is not an http or https URL/,
  ],
  [
    'no current context',
    files.kubeconfig({ cluster, currentContext: '' }),
    'KubeconfigInvalid',
    /no current-context/,
  ],
  [
    'an unknown context',
    files.kubeconfig({ cluster, currentContext: 'b' }),
    'KubeconfigInvalid',
    /context "b"; it has: test/,
  ],
  [
    'a SOCKS proxy',
    files.kubeconfig({ cluster: { ...cluster, 'proxy-url': 'socks5://a' } }),
    'KubeconfigInvalid',
    /SOCKS/,
  ],
  [
    'groups to impersonate',
    files.kubeconfig({ cluster, user: { 'as-groups': ['a'] } }),
    'KubeconfigInvalid',
    /as-groups/,
  ],
  [
    'the lack of any configuration',
    undefined,
    'NoCredentials',
    /no --kubeconfig, no KUBECONFIG, not in a pod/,
  ],
];

describe('there is a clear error for', () => {
  for (const [what, kubeconfig, code, message] of REFUSED) {
    test(what, async () => {
      await assert.rejects(
        () => findCredentials({ kubeconfig }, { HOME: '/nowhere' }, now),
        (error) => {
          assert.ok(error instanceof CredentialsError);
          assert.equal(error.code, code);
          assert.match(error.message, message);
          if (kubeconfig !== undefined) assert.ok(error.message.includes(kubeconfig), error.message);
          return true;
        },
      );
    });
  }

  test('a context that refers to a missing cluster or user', async () => {
    const config = (cluster: string, user: string) =>
      files.write(
        JSON.stringify({ ...homeConfig(), contexts: [{ name: 'home', context: { cluster, user } }] }),
      );
    const load = (path: string) => findCredentials({ kubeconfig: path }, {}, now);
    await assert.rejects(() => load(config('nope', 'home')), /refers to a cluster that it does not have/);
    await assert.rejects(() => load(config('home', 'nope')), /refers to a user that it does not have/);
  });

  test('a pod without a service account token', async () => {
    const credentials = await findCredentials({}, POD, now);
    await assert.rejects(credentials.current(), /serviceaccount.*automountServiceAccountToken/);
  });
});
