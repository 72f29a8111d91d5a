import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dockerVersion } from '../../tooling/images/docker.ts';
import { runChild } from '../../tooling/process/child.ts';
import { findProgram } from '../../tooling/process/find-program.ts';
import { cacheFolder } from '../../tooling/process/folders.ts';
import { imageArchive } from './image-archive.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const BUILDER = 'docker.io/library/golang:1.25';

/**
 * Path of an archive of an image with just the Go program in `cluster/images/<folder>`: a static binary of a
 * few megabytes, which loads and starts at once and needs no base image. Built by Go, or by docker if Go
 * is missing; cached as long as its source is unchanged.
 */
export async function goImage(folder: string, reference: string, signal?: AbortSignal): Promise<string> {
  const source = join(HERE, folder);
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture) throw new Error(`images cannot be built for the architecture ${process.arch}`);
  const files = readdirSync(source)
    .filter((file) => /\.go$|^go\./.test(file))
    .sort();
  const hash = createHash('sha256').update(reference).update(architecture);
  for (const file of files) hash.update(file).update(readFileSync(join(source, file)));
  const cache = join(cacheFolder(), 'e2e');
  const archive = join(cache, `${basename(folder)}-${hash.digest('hex').slice(0, 16)}.tar`);
  if (existsSync(archive)) return archive;

  mkdirSync(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'build-'));
  try {
    await compile(source, join(work, folder), architecture, signal);
    const spec = { reference, program: `/${folder}`, architecture };
    const unfinished = join(work, 'image.tar');
    writeFileSync(unfinished, imageArchive(spec, readFileSync(join(work, folder))));
    renameSync(unfinished, archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return archive;
}

async function compile(
  source: string,
  output: string,
  architecture: string,
  signal?: AbortSignal,
): Promise<void> {
  const options = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
  const more = signal ? { signal } : {};
  const go = findProgram('go');
  if (go) {
    const env = { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOFLAGS: '', GO111MODULE: 'on' };
    await runChild([go, 'build', ...options, '-o', output, '.'], { cwd: source, env, ...more });
    return;
  }
  if (!(await dockerVersion(signal))) {
    throw new Error(`cannot build ${source}: install Go (https://go.dev/dl) or start docker`);
  }
  const mounts = ['-v', `${source}:/source:ro`, '-v', `${dirname(output)}:/output`, '-w', '/source'];
  const build = ['go', 'build', ...options, '-o', `/output/${basename(output)}`, '.'];
  await runChild(['docker', 'run', '--rm', ...mounts, '-e', 'CGO_ENABLED=0', BUILDER, ...build], more);
}
