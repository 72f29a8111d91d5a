import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { networkArguments } from '../../../tooling/images/secret.ts';

test("a build trusts the certificates of NODE_EXTRA_CA_CERTS, else of SSL_CERT_FILE, else of npm's cafile", async () => {
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

test("npm's settings are read with the machine's npm, not with the one of a checkout, which has none", async () => {
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
