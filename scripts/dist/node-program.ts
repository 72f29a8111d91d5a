import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runChild } from '../../tooling/process/child.ts';
import { requireProgram } from '../../tooling/process/find-program.ts';
import { cacheFolder } from '../../tooling/process/folders.ts';
import type { Platform } from './platforms.ts';

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

/**
 * The folder of npm's package of Node for a platform, of the version and with the checksum in the lockfile of
 * `root`: the one that is installed, or else a copy in the cache.
 */
export const nodePackage = async (root: string, { cpu }: Platform, signal: AbortSignal): Promise<string> => {
  const name = `node-linux-${cpu}`;
  const path = `node_modules/${name}`;
  if (existsSync(join(root, path, 'bin', 'node'))) return join(root, path);
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const locked = packages[path];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
  const kept = join(cacheFolder(), 'node', `${name}-${locked.version}`);
  if (existsSync(kept)) return join(kept, path);
  await mkdir(dirname(kept), { recursive: true });
  const work = await mkdtemp(`${kept}.`);
  try {
    await install(work, name, locked, { npmrc: await readFile(join(root, '.npmrc'), 'utf8'), signal });
    await rename(work, kept);
  } catch (error) {
    // Another process may have been quicker; then its copy is the same.
    if (!existsSync(kept)) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return join(kept, path);
};

interface InstallOptions {
  readonly npmrc: string;
  readonly signal: AbortSignal;
}

/**
 * npm compares the checksum in the lockfile with what it downloads. It refuses a program for another
 * processor unless forced, and does not run it.
 */
const install = async (
  folder: string,
  name: string,
  locked: LockedPackage,
  { npmrc, signal }: InstallOptions,
): Promise<void> => {
  const root = { dependencies: { [name]: locked.version } };
  const lock = { lockfileVersion: 3, packages: { '': root, [`node_modules/${name}`]: locked } };
  await writeFile(join(folder, '.npmrc'), npmrc);
  await writeFile(join(folder, 'package.json'), JSON.stringify(root));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
  await runChild([requireProgram('npm'), 'ci', '--force'], { cwd: folder, signal });
};
