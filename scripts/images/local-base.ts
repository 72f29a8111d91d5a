import { constants, copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../process/child.ts';

/** Loaded by glibc at run time for names and users, so `ldd` does not list them; part of libc itself since 2.34. */
const LOADED_LATE = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

const PASSWD =
  'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/nonexistent:/sbin/nologin\n';
const GROUP = 'root:x:0:\nnonroot:x:65532:\n';
const NSSWITCH = 'passwd: files\ngroup: files\nhosts: files dns\n';

/** Shared libraries that a program needs, as absolute paths, its loader included; none when it is static or a script. */
export const librariesOf = async (program: string): Promise<readonly string[]> => {
  const listed = await runChild(['ldd', program]).catch((cause: unknown) => {
    if (cause instanceof Error && /not a dynamic executable/.test(JSON.stringify(cause))) return '';
    throw cause;
  });
  const paths = [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path as string);
  const libc = paths.find((path) => path.endsWith('/libc.so.6'));
  const late = libc
    ? LOADED_LATE.map((name) => join(dirname(libc), name)).filter((path) => existsSync(path))
    : [];
  return [...new Set([...paths, ...late])];
};

/** Copies one file of this machine to a path inside a root file system; returns where it is now. */
export const put = (rootfs: string, from: string, to: string): string => {
  const target = join(rootfs, to);
  mkdirSync(dirname(target), { recursive: true });
  // A clone of the blocks where the file system can, else a copy.
  copyFileSync(realpathSync(from), target, constants.COPYFILE_FICLONE);
  return target;
};

/** Puts the libraries that a program needs where the program expects them. */
export const putLibraries = async (rootfs: string, program: string): Promise<void> => {
  for (const library of await librariesOf(program)) put(rootfs, library, library);
};

/** Puts programs of this machine and the libraries they need into a root file system. `to` is a path inside it. */
export const putPrograms = async (
  rootfs: string,
  programs: readonly { readonly from: string; readonly to: string }[],
): Promise<void> => {
  for (const { from, to } of programs) {
    put(rootfs, from, to);
    await putLibraries(rootfs, from);
  }
};

/** What every root file system has: a user of its own, a place for temporary files, name resolution. */
export const putSkeleton = (rootfs: string): void => {
  for (const folder of ['etc', 'root', 'tmp', 'proc', 'sys', 'dev', 'run'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  writeFileSync(join(rootfs, 'etc/passwd'), PASSWD);
  writeFileSync(join(rootfs, 'etc/group'), GROUP);
  writeFileSync(join(rootfs, 'etc/nsswitch.conf'), NSSWITCH);
};

/** Copies a folder whole, as it is. */
export const putFolder = (rootfs: string, from: string, to: string): void =>
  cpSync(from, join(rootfs, to), { recursive: true, verbatimSymlinks: true });
