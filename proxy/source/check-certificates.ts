import { isAbsolute, join } from 'node:path';
import { readCaBundle } from '../certificates/ca-bundle.ts';
import { readKeyPair } from '../certificates/read-key-pair.ts';
import { readRevocationLists } from '../certificates/revocation-list.ts';
import { whyNotFresh } from '../certificates/staple.ts';
import type { CertificateFile } from '../configuration/configuration.ts';
import { readCaFile } from './ca-files.ts';
import { readCertificateFiles } from './certificate-files.ts';
import type { CertificateContent } from './certificates.ts';
import type { FileFinding } from './check-lists.ts';
import { readStaple, type StapleReading } from './read-staple.ts';
import { isUsablePair } from './usable-pair.ts';

/**
 * Reads certificates with their keys, whose paths are relative to `folder`, and says what is wrong with them.
 * Those that are not of hosts are shown to endpoints.
 */
export const checkCertificateFiles = (
  files: readonly CertificateFile[],
  folder: string,
  areOfHosts = true,
): readonly FileFinding[] =>
  files.flatMap((file) => {
    const { certificate } = file;
    const content = readCertificateFiles(file, folder);
    const problem = 'problem' in content ? content.problem.message : problemOf(content, areOfHosts);
    if (problem === undefined) return [];
    const path = isAbsolute(certificate) ? certificate : join(folder, certificate);
    return [{ file: path, finding: { path: '', message: problem } }];
  });

const problemOf = (
  { texts, ocsp }: Extract<CertificateContent, { readonly texts: unknown }>,
  areOfHosts: boolean,
): string | undefined => {
  const read = readKeyPair(texts, isUsablePair, areOfHosts);
  if (!read.ok) return read.problem;
  const why = typeof ocsp === 'object' ? whyUnfit(readStaple(ocsp, texts)) : ocsp;
  return why === undefined ? undefined : `its OCSP response ${why}`;
};

const whyUnfit = (reading: StapleReading): string | undefined =>
  reading.ok ? whyNotFresh(reading.staple, Date.now()) : reading.why;

/** The same for lists of revoked certificates. */
export const checkRevocationFiles = (files: readonly string[], folder: string): readonly FileFinding[] =>
  files.flatMap((file) => {
    const path = isAbsolute(file) ? file : join(folder, file);
    const content = readCaFile(path, 'list of revoked certificates');
    const read = 'problem' in content ? content.problem.message : readRevocationLists(content.text);
    const problem = typeof read === 'string' ? read : read.ok ? undefined : read.problem;
    return problem === undefined ? [] : [{ file: path, finding: { path: '', message: problem } }];
  });

/** The same for CA bundles. */
export const checkCaFiles = (files: readonly string[], folder: string): readonly FileFinding[] =>
  files.flatMap((file) => {
    const path = isAbsolute(file) ? file : join(folder, file);
    const content = readCaFile(path);
    const read = 'problem' in content ? content.problem.message : readCaBundle(content.text, Date.now());
    const problem = typeof read === 'string' ? read : read.ok ? undefined : read.problem;
    return problem === undefined ? [] : [{ file: path, finding: { path: '', message: problem } }];
  });
