import { isAbsolute, join } from 'node:path';
import { readKeyPair } from '../certificates/read-key-pair.ts';
import type { CertificateFile } from '../configuration/configuration.ts';
import { readCertificateFiles } from './certificate-files.ts';
import type { FileFinding } from './check-lists.ts';
import { isUsablePair } from './usable-pair.ts';

/**
 * Reads certificates with their keys, whose paths are relative to `folder`, and says what is wrong with them.
 */
export const checkCertificateFiles = (
  files: readonly CertificateFile[],
  folder: string,
): readonly FileFinding[] =>
  files.flatMap((file) => {
    const { certificate } = file;
    const content = readCertificateFiles(file, folder);
    const problem = 'problem' in content ? content.problem.message : problemOf(content.texts);
    if (problem === undefined) return [];
    const path = isAbsolute(certificate) ? certificate : join(folder, certificate);
    return [{ file: path, finding: { path: '', message: problem } }];
  });

const problemOf = (texts: Parameters<typeof readKeyPair>[0]): string | undefined => {
  const read = readKeyPair(texts, isUsablePair);
  return read.ok ? undefined : read.problem;
};
