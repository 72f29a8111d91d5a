import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type FileContent, readBytesFile, readTextFile } from '../../program/read-file.ts';
import type { CertificateFile } from '../configuration/configuration.ts';
import type { CertificateContent, Certificates } from './certificates.ts';
import { watchFile } from './file-change.ts';
import type { NameFollower } from './with-named.ts';

/** More than any chain of certificates needs. */
const MOST_BYTES = 1024 * 1024;

interface Followed {
  /** The paths of its files. */
  readonly paths: string;
  readonly stop: () => void;
}

/** What a certificate's file and that of its key have now; `folder` is what their paths are relative to. */
export const readCertificateFiles = (
  { certificate, key, ocsp }: CertificateFile,
  folder: string,
): CertificateContent => {
  const chain = readTextFile(resolve(folder, certificate), 'certificate', MOST_BYTES);
  const own = readTextFile(resolve(folder, key), 'private key', MOST_BYTES);
  if (!chain.ok) return unreadable(chain);
  if (!own.ok) return unreadable(own);
  const response =
    ocsp === undefined ? undefined : readBytesFile(resolve(folder, ocsp), 'OCSP response', MOST_BYTES);
  const about = response?.ok ? response.bytes : response && `cannot be used: ${response.problem}`;
  const version = createHash('sha256')
    .update(chain.text)
    .update('\0')
    .update(own.text)
    .update('\0')
    .update(about ?? '')
    .digest('hex');
  const texts = { certificate: chain.text, key: own.text };
  return { version, texts, ...(about === undefined ? {} : { ocsp: about }) };
};

const pathsOf = ({ certificate, key, ocsp }: CertificateFile): readonly string[] => [
  certificate,
  key,
  ...(ocsp === undefined ? [] : [ocsp]),
];

const unreadable = ({ problem }: Extract<FileContent, { readonly ok: false }>): CertificateContent => ({
  version: problem,
  problem: { code: 'CertificateInvalid', message: problem },
});

/**
 * Follows files as certificates with their keys. `filesNow` says which files the certificates of the newest
 * configuration are in; one is known by the path of its certificate.
 */
export const followCertificateFiles = (
  folder: string,
  certificates: Certificates,
  filesNow: () => readonly CertificateFile[],
): NameFollower => {
  const followed = new Map<string, Followed>();

  const start = (file: CertificateFile): Followed => {
    const { certificate } = file;
    const read = (): void =>
      certificates.offer(certificate, resolve(folder, certificate), readCertificateFiles(file, folder));
    const stops = pathsOf(file).map((path) => watchFile(resolve(folder, path), read));
    read();
    return { paths: JSON.stringify(pathsOf(file)), stop: () => stops.map((stop) => stop()) };
  };

  return {
    setNames(names) {
      const wanted = new Map(filesNow().map((file) => [file.certificate, file]));
      for (const [name, { paths, stop }] of followed) {
        const file = names.includes(name) ? wanted.get(name) : undefined;
        if (file !== undefined && JSON.stringify(pathsOf(file)) === paths) continue;
        stop();
        followed.delete(name);
        if (file === undefined) certificates.forget(name);
      }
      for (const [name, file] of wanted) if (!followed.has(name)) followed.set(name, start(file));
    },
    fails: () => false,
    stop() {
      for (const { stop } of followed.values()) stop();
    },
  };
};
