import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveOf, sha256 } from './archive.ts';
import { bundleOneFile } from './bundle-cli.ts';
import { buildExecutable } from './executable.ts';
import type { Archive } from './krew-manifest.ts';
import { nodePackage } from './node-program.ts';
import { type Notice, noticesOf, noticesText } from './notices.ts';
import type { Platform } from './platforms.ts';

export interface ArchiveOptions {
  readonly root: string;
  readonly version: string;
  /** A folder for what is needed only meanwhile. */
  readonly work: string;
  /** The archive’s folder. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/** Builds the executable for a platform, and an archive of it with its licences. */
export const buildArchive = async (
  platform: Platform,
  { root, version, work, out, signal }: ArchiveOptions,
): Promise<Archive> => {
  await mkdir(work, { recursive: true });
  const bundle = join(work, 'bundle.js');
  const packages = await bundleOneFile(root, bundle);
  const node = await nodePackage(root, platform, signal);
  const executable = await buildExecutable(
    work,
    await readFile(bundle, 'utf8'),
    join(node, 'bin', 'node'),
    signal,
  );
  const notices = [await noticeOfNode(node), ...noticesOf(root, packages)];
  const content = await archiveOf([
    { path: 'kubectl-l4b', content: await readFile(executable), mode: 0o755 },
    { path: 'LICENSE', content: await readFile(join(root, 'LICENSE')) },
    { path: 'NOTICES.txt', content: Buffer.from(noticesText(notices)) },
    { path: 'README.md', content: await readFile(join(root, 'cli', 'README.md')) },
  ]);
  const file = `kubectl-l4b-${version}-linux-${platform.arch}.tar.gz`;
  await writeFile(join(out, file), content);
  return { arch: platform.arch, file, sha256: sha256(content) };
};

/** npm’s package of Node has the licences of all that Node consists of. */
const noticeOfNode = async (folder: string): Promise<Notice> => {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const text = await readFile(join(folder, 'LICENSE'), 'utf8');
  return { name: 'Node.js', version, license: 'MIT and others', texts: [text.trim()] };
};
