import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../process/child.ts';
import { findProgram, requireProgram } from '../process/find-program.ts';
import type { BuildIo, ImageBuilder } from './builder.ts';
import { librariesOf, putFolder, putPrograms } from './local-base.ts';
import { putSkeleton } from './root-file-system.ts';
import { networkArguments } from './secret.ts';

/** Programs that a build stage uses beside node and npm. */
const BUILD_TOOLS = ['sh', 'env', 'rm', 'find', 'setcap', 'strip'];
const REDIS_PROGRAMS = ['redis-server', 'redis-cli', 'redis-benchmark'];
const NPM = '#!/bin/sh\nexec node /usr/lib/npm/bin/npm-cli.js "$@"\n';
const BUILD = 'localhost/l4b-build';

/** A digest of programs and of the shared libraries that go into an image with them. */
const filesDigest = async (programs: readonly string[]): Promise<string> => {
  const libraries = await Promise.all(programs.map(librariesOf));
  const files = [...programs, ...new Set(libraries.flat())].map((path) => {
    const { size, mtimeMs } = statSync(realpathSync(path));
    return `${path} ${size} ${Math.trunc(mtimeMs)}`;
  });
  return createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12);
};

/**
 * Builds with buildah, without a docker engine and without a registry: the base image of builds consists of
 * the Node binary that runs this program, npm, a shell, a few tools of this machine, and the libraries that
 * they need. Storage is in `folder`.
 */
export const buildahBuilder = async (root: string, folder: string): Promise<ImageBuilder> => {
  const storage = join(folder, 'storage');
  const temporary = join(folder, 'tmp');
  const node = process.execPath;
  const base = await filesDigest([node, ...BUILD_TOOLS.map(requireProgram)]);
  const env = { BUILDAH_ISOLATION: 'chroot', TMPDIR: temporary };
  const buildah = (argv: readonly string[], { signal, onLine }: BuildIo, cwd = root): Promise<string> => {
    mkdirSync(temporary, { recursive: true });
    const stores = ['--root', storage, '--runroot', join(folder, 'run')];
    return runChild(['buildah', ...stores, ...argv], { cwd, env, signal, onLine });
  };
  const exists = async (reference: string, io: BuildIo): Promise<boolean> => {
    const listed = await buildah(['images', '--format', '{{.Name}}:{{.Tag}}'], { ...io, onLine: () => {} });
    return listed.split('\n').includes(reference);
  };

  /**
   * Removes the working containers of builds that were killed: copies of whole images. No other build is
   * running, since callers hold the lock of the cache.
   */
  const removeWorkingContainers = async (io: BuildIo): Promise<void> => {
    await buildah(['rm', '--all'], { ...io, onLine: () => {} });
  };

  /** Builds `reference` from a root file system that `fill` populates, unless it exists. */
  const fromFiles = async (
    reference: string,
    containerfile: string,
    fill: (rootfs: string) => Promise<void>,
    io: BuildIo,
  ): Promise<void> => {
    if (await exists(reference, io)) return;
    mkdirSync(temporary, { recursive: true });
    const context = mkdtempSync(join(temporary, 'rootfs-'));
    try {
      await fill(context);
      const input = join(temporary, `${reference.replaceAll('/', '_')}.containerfile`);
      await runChild(['tee', input], { input: containerfile });
      await buildah(['bud', '--layers=false', '-f', input, '-t', reference, context], io);
      rmSync(input);
    } finally {
      rmSync(context, { recursive: true, force: true });
    }
  };

  const ensureBuildImage = async (io: BuildIo): Promise<void> => {
    const fill = async (rootfs: string): Promise<void> => {
      putSkeleton(rootfs);
      await putPrograms(rootfs, [{ from: node, to: '/usr/local/bin/node' }]);
      for (const tool of BUILD_TOOLS) {
        const from = requireProgram(tool);
        await putPrograms(rootfs, [{ from, to: tool === 'sh' ? '/bin/sh' : `/usr/bin/${tool}` }]);
      }
      // npm is a folder of scripts; its command is a link to npm/bin/npm-cli.js.
      putFolder(rootfs, dirname(dirname(realpathSync(requireProgram('npm')))), '/usr/lib/npm');
      writeFileSync(join(rootfs, 'usr/bin/npm'), NPM, { mode: 0o755 });
    };
    const path = 'ENV PATH=/usr/local/bin:/usr/bin:/bin';
    await fromFiles(`${BUILD}:${base}`, `FROM scratch\nCOPY . /\n${path}\n`, fill, io);
  };

  /** Removes earlier builds of the same image, so that storage does not grow with every edit. */
  const removeOtherTags = async (reference: string, io: BuildIo): Promise<void> => {
    const repository = reference.slice(0, reference.lastIndexOf(':') + 1);
    const listed = await buildah(['images', '--format', '{{.Name}}:{{.Tag}}'], { ...io, onLine: () => {} });
    const others = listed.split('\n').filter((name) => name.startsWith(repository) && name !== reference);
    if (others.length > 0) await buildah(['rmi', ...others], { ...io, onLine: () => {} });
  };

  const save = (reference: string, tar: string, io: BuildIo): Promise<string> => {
    rmSync(tar, { force: true });
    return buildah(['push', reference, `docker-archive:${tar}:${reference}`], io);
  };

  return {
    name: 'buildah',
    base: `buildah ${base}`,
    async build(dockerfile, reference, tar, io) {
      await removeWorkingContainers(io);
      await ensureBuildImage(io);
      const network = await networkArguments(root, process.env);
      await buildah(
        [
          'bud',
          '--pull-never',
          '--layers',
          '--format=docker',
          '-f',
          dockerfile,
          '-t',
          reference,
          '--build-arg',
          `BUILD_IMAGE=${BUILD}:${base}`,
          ...network,
          '.',
        ],
        io,
      );
      await save(reference, tar, io);
      await removeOtherTags(reference, io);
    },
    async redisTag() {
      const missing = REDIS_PROGRAMS.some((name) => !findProgram(name));
      return missing ? undefined : await filesDigest([requireProgram('redis-server')]);
    },
    async redis(reference, tar, io) {
      await removeWorkingContainers(io);
      const programs = REDIS_PROGRAMS.map((name) => ({
        from: requireProgram(name),
        to: `/usr/local/bin/${name}`,
      }));
      const containerfile =
        'FROM scratch\nCOPY . /\nUSER 65532:65532\nENTRYPOINT ["/usr/local/bin/redis-server"]\n';
      const fill = async (rootfs: string): Promise<void> => {
        putSkeleton(rootfs);
        await putPrograms(rootfs, programs);
      };
      await fromFiles(reference, containerfile, fill, io);
      await save(reference, tar, io);
    },
  };
};
