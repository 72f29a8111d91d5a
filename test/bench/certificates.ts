import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../../tooling/process/child.ts';
import type { Environment } from './environment.ts';
import { tool } from './tools.ts';

/** Keys that most servers have. */
export type KeyKind = 'ECDSA' | 'RSA';

const NEW_KEY: Readonly<Record<KeyKind, readonly string[]>> = {
  ECDSA: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  RSA: ['rsa:2048'],
};

/** The name that certificates are for, and that clients send. */
export const SERVER_NAME = 'bench.example';

/** Files in PEM; `both` has the certificate and then the key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly both: string;
}

/**
 * The certificate that all servers of a line use, or all clients: made at the first call, in the line's
 * folder. It signs itself, so that whoever verifies it needs nothing else.
 */
export const certificateOf = async (
  { leash, tools }: Pick<Environment, 'leash' | 'tools'>,
  kind: KeyKind,
  of: 'server' | 'client' = 'server',
): Promise<CertificateFiles> => {
  const at = (name: string): string => join(leash.folder, `${of}-${kind}-${name}.pem`);
  const files = { certificate: at('certificate'), key: at('key'), both: at('both') };
  if (existsSync(files.both)) return files;
  await runChild([
    tool(tools, 'openssl').path,
    ...['req', '-x509', '-nodes', '-days', '30', '-newkey', ...NEW_KEY[kind]],
    ...['-subj', `/CN=${SERVER_NAME}`, '-addext', `subjectAltName=DNS:${SERVER_NAME}`],
    ...['-keyout', files.key, '-out', files.certificate],
  ]);
  writeFileSync(files.both, readFileSync(files.certificate, 'utf8') + readFileSync(files.key, 'utf8'));
  return files;
};
