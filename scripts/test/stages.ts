import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, posix } from 'node:path';

export interface Stage {
  readonly name: string;
  /** Said behind the name while it runs. */
  readonly about: string;
  /** Test files, relative to the checkout and sorted. */
  readonly files: readonly string[];
  /** Files that run at the same time. */
  readonly concurrency: number;
}

const IMPORT = /^(?:import|export)\b[^;]*? from '(\.[^']+\.ts)'/gm;

/** Whether a test starts a real API server: whether it imports, directly or not, what starts one. */
export const usesApiServer = (path: string, read: (path: string) => string): boolean => {
  const seen = new Set([path]);
  for (const at of seen) {
    if (at === 'test/cluster/control-plane.ts') return true;
    for (const [, specifier = ''] of read(at).matchAll(IMPORT)) {
      const next = posix.join(posix.dirname(at), specifier);
      if (next.startsWith('test/')) seen.add(next);
    }
  }
  return false;
};

/** The stages of the test suite in the order in which they run: the quick ones first. */
export const stagesOf = (root: string): readonly Stage[] => {
  const tests = globSync('test/**/*.test.ts', { cwd: root }).sort();
  // A file that is missing fails the test that imports it, in words of its own.
  const read = (path: string): string =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  const isMeta = (path: string): boolean => path.startsWith('test/meta/');
  const isRelay = (path: string): boolean => path.startsWith('test/proxy/relay/');
  const isIntegration = (path: string): boolean => usesApiServer(path, read);
  const rest = (path: string): boolean => !isMeta(path) && !isRelay(path) && !isIntegration(path);
  const cores = availableParallelism();
  return [
    { name: 'meta', about: 'the habits', files: tests.filter(isMeta), concurrency: cores },
    { name: 'unit', about: 'each room', files: tests.filter(rest), concurrency: cores },
    // Each of them loads every core by itself.
    { name: 'relay', about: 'the proxy as a process', files: tests.filter(isRelay), concurrency: 1 },
    {
      name: 'integration',
      about: 'against a real API server',
      files: tests.filter((path) => !isMeta(path) && !isRelay(path) && isIntegration(path)),
      concurrency: Math.max(1, cores >> 1),
    },
    {
      name: 'e2e',
      about: 'on a real cluster',
      files: globSync('e2e/*.test.ts', { cwd: root }).sort(),
      concurrency: 1,
    },
  ];
};
