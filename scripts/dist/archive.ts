import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ArchiveFile, tar } from '../../cli/bundle/tar.ts';

/** Of all files, so that an archive depends on nothing but their content; npm's packages have the same. */
const TIME_MS = Date.UTC(1985, 9, 26, 8, 15);

/** A compressed archive with these files, sorted. The same files give the same bytes. */
export const archiveOf = async (files: readonly ArchiveFile[]): Promise<Buffer> => {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return await promisify(gzip)(tar(sorted, TIME_MS));
};

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Checksums as `sha256sum --check` reads them; of files by name. */
export const checksums = (sums: ReadonlyMap<string, string>): string =>
  [...sums].map(([file, sum]) => `${sum}  ${file}\n`).join('');
