import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findProgram } from '../process/find-program.ts';
import { cacheFolder, REPOSITORY } from '../process/folders.ts';
import { withLock } from '../process/lock.ts';
import { buildahBuilder } from './buildah.ts';
import type { ImageBuilder } from './builder.ts';
import { dockerBuilder, dockerVersion } from './docker.ts';
import { IMAGES, type ImageName, inputDigest } from './inputs.ts';

/** An image that is ready to be loaded into a cluster. */
export interface BuiltImage {
  readonly name: ImageName | 'redis';
  /** For example `localhost/l4balancer-proxy:1f2e3d4c5b6a`; the tag is a digest of the inputs. */
  readonly reference: string;
  /** A docker archive. */
  readonly tar: string;
}

export interface BuildOptions {
  readonly signal: AbortSignal;
  /** Receives a description of the current step. */
  readonly progress: (text: string) => void;
}

/**
 * The image builder of this machine: docker if an engine responds, else buildah. Throws if there is
 * neither.
 */
export const openBuilder = async (signal: AbortSignal): Promise<ImageBuilder> => {
  if (await dockerVersion(signal)) return dockerBuilder(REPOSITORY);
  if (findProgram('buildah')) return await buildahBuilder(REPOSITORY, join(cacheFolder(), 'images'));
  throw new Error(
    'Images cannot be built: no docker engine responds, and buildah is not installed. Start docker, or install buildah.',
  );
};

/** Another run may still be loading an archive that a change of the tree has made obsolete. */
const OLD_MS = 3_600_000;

/** Removes old builds of the same image, so that the cache does not grow. */
const removeOldArchives = (folder: string, name: string, keep: string): void => {
  for (const file of readdirSync(folder))
    if (file.startsWith(`${name}-`) && file.endsWith('.tar') && file !== keep) {
      const path = join(folder, file);
      if (Date.now() - statSync(path).mtimeMs > OLD_MS) rmSync(path, { force: true });
    }
};

/** A build's output line, shortened for display. */
const stepOf = (line: string): string => line.replace(/\s+/g, ' ').slice(0, 60);

type MakeTar = (reference: string, tar: string, onLine: (line: string) => void) => Promise<void>;

const ensureTar = async (
  name: BuiltImage['name'],
  tag: string,
  { progress }: BuildOptions,
  make: MakeTar,
): Promise<BuiltImage> => {
  const folder = join(cacheFolder(), 'images');
  mkdirSync(folder, { recursive: true });
  const file = `${name}-${tag}.tar`;
  const image = { name, reference: `localhost/l4balancer-${name}:${tag}`, tar: join(folder, file) };
  if (existsSync(image.tar)) return image;
  const waiting = (owner: number): void =>
    progress(`${name}: waiting for process ${owner}, which is building images`);
  return withLock(
    join(folder, 'lock'),
    async () => {
      if (!existsSync(image.tar)) await makeTar(image, progress, make);
      return image;
    },
    waiting,
  );
};

const makeTar = async (
  { name, reference, tar }: BuiltImage,
  progress: (text: string) => void,
  make: MakeTar,
): Promise<void> => {
  const partial = `${tar}.partial`;
  rmSync(partial, { force: true });
  await make(reference, partial, (line) => progress(`${name}: ${stepOf(line)}`));
  renameSync(partial, tar);
  removeOldArchives(dirname(tar), name, basename(tar));
};

/**
 * Builds what has changed since the last call, as docker archives in the cache; an unchanged tree builds
 * nothing. Throws if no builder is available, or with the last lines of the build that failed.
 */
export const buildImages = async (options: BuildOptions): Promise<readonly BuiltImage[]> => {
  const builder = await openBuilder(options.signal);
  const built: BuiltImage[] = [];
  for (const name of Object.keys(IMAGES) as ImageName[]) {
    const tag = inputDigest(REPOSITORY, name, builder.base);
    const { signal } = options;
    built.push(
      await ensureTar(name, tag, options, (reference, tar, onLine) =>
        builder.build(IMAGES[name].dockerfile, reference, tar, { signal, onLine }),
      ),
    );
  }
  return built;
};

/** An image with a real redis-server, for the sample; undefined if this machine has no redis-server. */
export const redisImage = async (options: BuildOptions): Promise<BuiltImage | undefined> => {
  const builder = await openBuilder(options.signal);
  const tag = await builder.redisTag();
  if (tag === undefined) return undefined;
  const { signal } = options;
  return await ensureTar('redis', tag, options, (reference, tar, onLine) =>
    builder.redis(reference, tar, { signal, onLine }),
  );
};
