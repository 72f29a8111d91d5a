import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { KUBERNETES_VERSION } from '../../../tooling/assets/catalogue.ts';
import { clusterPrograms, toolProgram } from '../../../tooling/assets/programs.ts';

const VARIABLES = ['KUBEBUILDER_ASSETS', 'XDG_CACHE_HOME', 'PATH'] as const;
const saved = VARIABLES.map((name) => [name, process.env[name]] as const);
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'l4b-assets-'));
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  process.env.KUBEBUILDER_ASSETS = join(folder, 'given');
});
afterEach(() => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true, force: true });
});

function putPrograms(where: string, ...names: string[]): string {
  const path = join(folder, where);
  mkdirSync(path, { recursive: true });
  for (const name of names) {
    writeFileSync(join(path, name), '#!/bin/sh\n');
    chmodSync(join(path, name), 0o755);
  }
  return path;
}

const CACHE = `cache/l4balancer/k8s/${KUBERNETES_VERSION}`;

test('KUBEBUILDER_ASSETS is used if it has all requested programs', async () => {
  const given = putPrograms('given', 'etcd', 'kubectl');
  putPrograms(CACHE, 'etcd', 'kubectl');
  assert.equal(await clusterPrograms(['etcd', 'kubectl']), given);
});

test('the cache is used for all programs if KUBEBUILDER_ASSETS lacks one, so that versions never mix', async () => {
  putPrograms('given', 'etcd');
  const cache = putPrograms(CACHE, 'etcd', 'kubelet');
  assert.equal(await clusterPrograms(['etcd', 'kubelet']), cache);
});

test('a tool on the PATH is used, else the one in the cache', async () => {
  const cache = putPrograms('cache/l4balancer/helm/v4.3.1', 'helm');
  process.env.PATH = join(folder, 'empty');
  assert.equal(await toolProgram('helm'), join(cache, 'helm'));
  process.env.PATH = putPrograms('bin', 'helm');
  assert.equal(await toolProgram('helm'), join(folder, 'bin', 'helm'));
});

test('the error about a cache that cannot be written names the cache and what to set', async () => {
  writeFileSync(join(folder, 'cache'), 'a file where a folder should be');
  await assert.rejects(
    clusterPrograms(['kubelet']),
    /cannot write to the cache .*l4balancer\/k8s: set XDG_CACHE_HOME/,
  );
});
