import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, posix } from 'node:path';

export interface Stage {
  readonly name: string;
  /** Said behind the name while it runs. */
  readonly about: string;
  /** Test files, relative to the checkout: those that take minutes first, else sorted. */
  readonly files: readonly string[];
  /** Files that run at the same time. */
  readonly concurrency: number;
  /** Whether it needs programs of Kubernetes, which are built where they are not found. */
  readonly needsPrograms: boolean;
}

const IMPORT = /^(?:import|export)\b[^;]*? from '(\.[^']+\.ts)'/gm;

/** What finds or builds the programs of Kubernetes. */
const PROGRAMS = 'tooling/assets/programs.ts';
/** Where tests have their helpers; what else a test imports is what it tests. */
const HELPERS = /^(?:test|cluster)\//;

/** Whether a test needs programs of Kubernetes: whether it, or a helper of its, imports what finds them. */
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

/** Said by a test that would be the last to end for long if others began before it. */
const TAKES_MINUTES = /^\/\/ Begins first: /m;

export const longFirst = (files: readonly string[], read: (path: string) => string): readonly string[] => {
  const isLong = (path: string): boolean => TAKES_MINUTES.test(read(path));
  return [...files.filter(isLong), ...files.filter((path) => !isLong(path))];
};

/** The stages of the test suite in the order in which they run: the quick ones first. */
export const stagesOf = (root: string): readonly Stage[] => {
  const tests = globSync('test/**/*.test.ts', { cwd: root }).sort();
  // A file that is missing fails the test that imports it, in words of its own.
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
    files: longFirst(
      tests.filter((path) => kindOf(path) === name),
      read,
    ),
    needsPrograms: name === 'integration',
  });
  return [
    stage('meta', 'the habits'),
    stage('unit', 'each room', 2),
    stage('relay', 'the proxy as a process', 2),
    // They mostly wait: for leases to run out, for a while in which nothing is written, for garbage collectors.
    stage('integration', 'against a real API server', 4),
    {
      name: 'e2e',
      about: 'on a real cluster',
      files: globSync('e2e/*.test.ts', { cwd: root }).sort(),
      concurrency: 1,
      needsPrograms: false, // the cluster brings them
    },
  ];
};
