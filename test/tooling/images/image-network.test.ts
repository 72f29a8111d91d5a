import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { networkArguments } from '../../../tooling/images/secret.ts';

test("a build trusts what this machine trusts: by Node's variable, by OpenSSL's, else by npm's setting", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'l4b-image-network-'));
  const [node, openssl, npm] = ['node.pem', 'openssl.pem', 'npm.pem'].map((name) => {
    const path = join(folder.path, name);
    writeFileSync(path, '');
    return path;
  });
  writeFileSync(join(folder.path, '.npmrc'), `cafile=${npm}\nregistry=https://npm.example.com/\n`);
  const secretOf = async (env: NodeJS.ProcessEnv) =>
    (await networkArguments(folder.path, { PATH: process.env.PATH, ...env })).slice(0, 2);
  assert.deepEqual(await secretOf({ NODE_EXTRA_CA_CERTS: node, SSL_CERT_FILE: openssl }), [
    '--secret',
    `id=ca,src=${node}`,
  ]);
  assert.deepEqual(await secretOf({ NODE_EXTRA_CA_CERTS: '/nowhere.pem', SSL_CERT_FILE: openssl }), [
    '--secret',
    `id=ca,src=${openssl}`,
  ]);
  assert.deepEqual(await networkArguments(folder.path, { PATH: process.env.PATH }), [
    ...['--secret', `id=ca,src=${npm}`],
    ...['--build-arg', 'NPM_CONFIG_REGISTRY=https://npm.example.com/'],
  ]);
});

test("npm is asked as the machine runs it, not by a checkout's own node, beside which it has no settings", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'l4b-image-network-'));
  const [own, machine] = [join(folder.path, 'node_modules', '.bin'), join(folder.path, 'bin')];
  for (const [bin, host] of [
    [own, 'checkout'],
    [machine, 'machine'],
  ] as const) {
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho https://${host}.example.com/\n`, { mode: 0o755 });
  }
  const env = { PATH: [own, machine].join(delimiter) };
  assert.deepEqual(await networkArguments(folder.path, env), [
    '--build-arg',
    'NPM_CONFIG_REGISTRY=https://machine.example.com/',
  ]);
});
