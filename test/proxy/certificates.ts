import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type Identity } from '../../cluster/access/certificates.ts';

const DAY_MS = 86_400_000;

const NEW_KEY = {
  RSA: ['rsa:2048'],
  WeakRSA: ['rsa:1024'],
  ECDSA: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
} as const;

/** A certificate that signs itself, for these names, made by the program openssl. */
export const selfSigned = (
  names: readonly string[],
  kind: keyof typeof NEW_KEY = 'ECDSA',
  days = 90,
): Identity => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-certificate-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const altNames = names.map((name) => `DNS:${name}`).join();
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-nodes', '-newkey', ...NEW_KEY[kind], '-keyout', key, '-out', certificate],
        ...['-days', `${days}`, '-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${altNames}`],
      ],
      { stdio: 'pipe' },
    );
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A certificate of an authority, which is part of the chain, that was valid for ten years. */
export const endedDaysAgo = (name: string, days: number): Identity => {
  const begun = new Date(Date.now() - (3650 + days) * DAY_MS);
  return createAuthority('An old authority', begun).issue({ commonName: name, altNames: [name] });
};

/** A certificate that is valid from a day on that is `days` ahead. */
export const beginsInDays = (name: string, days: number): Identity => {
  const now = new Date(Date.now() + days * DAY_MS);
  return createAuthority('A new authority', now).issue({ commonName: name, altNames: [name] });
};
