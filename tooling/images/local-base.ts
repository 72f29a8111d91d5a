import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../process/child.ts';
import { put, withRuntimeLibraries } from './root-file-system.ts';

/**
 * Absolute paths of the shared libraries that a program needs, including its loader; none when it is static
 * or a script.
 */
export const librariesOf = async (program: string): Promise<readonly string[]> => {
  const listed = await runChild(['ldd', program]).catch((cause: unknown) => {
    if (cause instanceof Error && /not a dynamic executable/.test(JSON.stringify(cause))) return '';
    throw cause;
  });
  const paths = [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path as string);
  return withRuntimeLibraries(paths);
};

/** Copies the libraries that a program needs to where the program expects them. */
export const putLibraries = async (rootfs: string, program: string): Promise<void> => {
  for (const library of await librariesOf(program)) put(rootfs, library, library);
};

/**
 * Copies programs of this machine, with the libraries they need, into a root file system. `to` is a path
 * inside it.
 */
export const putPrograms = async (
  rootfs: string,
  programs: readonly { readonly from: string; readonly to: string }[],
): Promise<void> => {
  for (const { from, to } of programs) {
    put(rootfs, from, to);
    await putLibraries(rootfs, from);
  }
};

/** Copies a folder recursively, symbolic links as they are. */
export const putFolder = (rootfs: string, from: string, to: string): void =>
  cpSync(from, join(rootfs, to), { recursive: true, verbatimSymlinks: true });
