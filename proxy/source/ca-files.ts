import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { lateTls } from '../../program/late-modules.ts';
import { readTextFile } from '../../program/read-file.ts';
import { caSourceOf, caTitle } from '../configuration/ca-source.ts';
import type { CaBundles, CaContent } from './ca-bundles.ts';
import { watchFile } from './file-change.ts';
import { followNames } from './follow-names.ts';
import type { NameFollower } from './with-named.ts';

/** The bundle of a whole system has some 250 KiB. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What the file of a CA bundle has now. */
export const readCaFile = (path: string, what = 'CA bundle'): CaContent => {
  const content = readTextFile(path, what, MOST_BYTES);
  if (!content.ok)
    return { version: content.problem, problem: { code: 'CaBundleMissing', message: content.problem } };
  return { version: createHash('sha256').update(content.text).digest('hex'), text: content.text };
};

/**
 * The authorities that this machine trusts, or those of Node where it says nothing. Read once: it changes
 * with the image.
 */
const readSystem = (): CaContent => {
  const { getCACertificates } = lateTls();
  const system = getCACertificates('system');
  return { version: 'system', text: (system.length > 0 ? system : getCACertificates('bundled')).join('\n') };
};

/**
 * Follows files as CA bundles, whose paths are relative to `folder`, and has that of the system. Other
 * sources are passed over.
 */
export const followCaFiles = (
  folder: string,
  bundles: Pick<CaBundles, 'offer' | 'forget'>,
  what = 'CA bundle',
): NameFollower =>
  followNames(
    (name) => {
      const source = caSourceOf(name);
      if (source.kind === 'System') {
        bundles.offer(name, caTitle(source), readSystem());
        return () => undefined;
      }
      if (source.kind !== 'File') return undefined;
      const path = resolve(folder, source.path);
      const read = (): void => bundles.offer(name, path, readCaFile(path, what));
      const stop = watchFile(path, read);
      read();
      return stop;
    },
    (name) => bundles.forget(name),
  );
