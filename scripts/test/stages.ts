import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, posix } from 'node:path';

export interface Stage {
  readonly name: string;
  /** Printed after the name while it runs. */
  readonly about: string;
  /** Test files, relative to the checkout: those that take minutes first, the others sorted. */
  readonly files: readonly string[];
  /** How many files run at the same time. */
  readonly concurrency: number;
  /** Whether its tests need Kubernetes programs, which are built if missing. */
  readonly needsPrograms: boolean;
}

const IMPORT = /^(?:import|export)\b[^;]*? from '(\.[^']+\.ts)'/gm;

/** The module that finds or builds the Kubernetes programs. */
const PROGRAMS = 'tooling/assets/programs.ts';
/** The folders of test helpers; anything else that a test imports is what it tests. */
const HELPERS = /^(?:test|cluster)\//;

/** Whether a test needs Kubernetes programs: it or one of its helpers imports the module that finds them. */
export const needsPrograms = (path: string, read: (path: string) => string): boolean => {
  const seen = new Set([path]);
  for (const at of seen)
    for (const [, specifier = ''] of read(at).matchAll(IMPORT)) {
      const next = posix.join(posix.dirname(at), specifier);
      if (next === PROGRAMS) return true;
      if (HELPERS.test(next)) seen.add(next);
    }
  return false;
};

/**
 * The files that would finish long after all others if they did not start first, the longest first. They
 * mostly wait: for Leases to expire, for a minute without writes, for garbage collection.
 */
export const LONG: readonly string[] = [
  'test/operator/integration/leader.test.ts',
  'test/operator/integration/steady.test.ts',
  'test/charts/monitoring/scrape.test.ts',
  'test/operator/integration/children.test.ts',
  'test/operator/integration/hostile.test.ts',
  'test/operator/integration/blind.test.ts',
  'test/operator/integration/preview.test.ts',
  'test/operator/integration/findings.test.ts',
  'test/operator/integration/pins.test.ts',
  'test/scripts/test/run-tests.test.ts',
  'test/proxy/relay-engine/faults.test.ts',
  'test/proxy/relay/soak.test.ts',
  'test/proxy/relay/draining.test.ts',
];

const longFirst = (files: readonly string[]): readonly string[] => [
  ...LONG.filter((path) => files.includes(path)),
  ...files.filter((path) => !LONG.includes(path)),
];

/** The stages of the test suite in the order in which they run, quick ones first. */
export const stagesOf = (root: string): readonly Stage[] => {
  const tests = globSync('test/**/*.test.ts', { cwd: root }).sort();
  // A missing file fails the test that imports it, with a message of its own.
  const read = (path: string): string =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  const kindOf = (path: string): string => {
    if (path.startsWith('test/meta/')) return 'meta';
    if (path.startsWith('test/proxy/relay/')) return 'relay';
    return needsPrograms(path, read) ? 'integration' : 'unit';
  };
  const cores = availableParallelism();
  const stage = (name: string, about: string, filesPerCore = 1): Stage => ({
    name,
    about,
    concurrency: Math.ceil(cores * filesPerCore),
    files: longFirst(tests.filter((path) => kindOf(path) === name)),
    needsPrograms: name === 'integration',
  });
  return [
    stage('meta', 'the habits'),
    stage('unit', 'each folder by itself', 2),
    stage('relay', 'the proxy as a process', 2),
    // These tests wait a lot: for leases to expire, for a period without writes, for garbage collection. With
    // more files at a time the cores have no more to do, and each test has more of the others to wait for.
    stage('integration', 'against a real API server', 2.5),
    {
      name: 'e2e',
      about: 'on a real cluster',
      files: globSync('e2e/*.test.ts', { cwd: root }).sort(),
      concurrency: 1,
      needsPrograms: false, // the cluster has them
    },
  ];
};
