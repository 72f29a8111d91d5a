import { join } from 'node:path';
import { type ChildOptions, runChild } from '../process/child.ts';
import { findProgram } from '../process/find-program.ts';
import { cacheFolder } from '../process/folders.ts';

/** Since 1.21, Go downloads the toolchain that a module requires. */
const OLDEST_MINOR = 21;

/** Path of the go command. The error says where to get it. */
export async function findGo(what: string): Promise<string> {
  const advice = `Install it from https://go.dev/dl (1.${OLDEST_MINOR} or later)`;
  const go = findProgram('go') ?? findProgram('go', { PATH: '/usr/local/go/bin' });
  if (!go) throw new Error(`${what} must be built from source, but Go is not on the PATH. ${advice}.`);
  const version = (await runChild([go, 'env', 'GOVERSION'])).trim();
  const minor = Number(/^go1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);
  if (minor < OLDEST_MINOR)
    throw new Error(
      `${what} must be built from source, but ${go} is ${version}, which is too old. ${advice}.`,
    );
  return go;
}

/** Runs Go in `cwd` with cgo disabled. Throws ChildError with Go's last lines of output. */
export function runGo(
  go: string,
  args: readonly string[],
  cwd: string,
  options: Pick<ChildOptions, 'signal' | 'onLine'> & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { env, ...rest } = options;
  return runChild([go, ...args], { cwd, ...rest, env: { CGO_ENABLED: '0', ...goFolders(), ...env } });
}

/** Go keeps its cache in the home directory; without one it uses ours. */
function goFolders(): Record<string, string> {
  const { HOME, GOCACHE, GOPATH, XDG_CACHE_HOME } = process.env;
  return {
    ...(HOME || GOCACHE || XDG_CACHE_HOME ? {} : { GOCACHE: join(cacheFolder(), 'go-build') }),
    ...(HOME || GOPATH ? {} : { GOPATH: join(cacheFolder(), 'go') }),
  };
}
