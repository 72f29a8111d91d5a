import { constants, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * glibc loads these at run time to look up names and users, so no list of linked libraries has them; since
 * 2.34 they are part of libc itself.
 */
const RUNTIME_LIBRARIES = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

const PASSWD =
  'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/nonexistent:/sbin/nologin\n';
const GROUP = 'root:x:0:\nnonroot:x:65532:\n';
const NSSWITCH = 'passwd: files\ngroup: files\nhosts: files dns\n';

/** Adds the libraries that glibc loads later to those of a program. */
export const withRuntimeLibraries = (libraries: readonly string[]): readonly string[] => {
  const libc = libraries.find((path) => path.endsWith('/libc.so.6'));
  const late = libc === undefined ? [] : RUNTIME_LIBRARIES.map((name) => join(dirname(libc), name));
  return [...new Set([...libraries, ...late.filter((path) => existsSync(path))])];
};

/** Copies one file of this machine to a path inside a root file system; returns its new location. */
export const put = (rootfs: string, from: string, to: string): string => {
  const target = join(rootfs, to);
  mkdirSync(dirname(target), { recursive: true });
  // A reflink where the file system supports it, else a copy.
  copyFileSync(realpathSync(from), target, constants.COPYFILE_FICLONE);
  return target;
};

/** What every root file system has: a user, a folder for temporary files, name resolution. */
export const putSkeleton = (rootfs: string): void => {
  for (const folder of ['etc', 'root', 'tmp', 'proc', 'sys', 'dev', 'run'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  writeFileSync(join(rootfs, 'etc/passwd'), PASSWD);
  writeFileSync(join(rootfs, 'etc/group'), GROUP);
  writeFileSync(join(rootfs, 'etc/nsswitch.conf'), NSSWITCH);
};

/** Absolute paths of the shared libraries of this process, including its loader. */
const ownLibraries = (): readonly string[] => {
  const { sharedObjects } = process.report.getReport() as unknown as {
    readonly sharedObjects: readonly string[];
  };
  return sharedObjects.filter((path) => path.startsWith('/'));
};

/** Creates a root file system with the Node that runs this, and with nothing that Node does not need. */
export const makeRootFileSystem = (rootfs: string): void => {
  putSkeleton(rootfs);
  put(rootfs, process.execPath, '/usr/local/bin/node');
  for (const library of withRuntimeLibraries(ownLibraries())) put(rootfs, library, library);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  makeRootFileSystem(process.argv[2] ?? '/root-file-system');
