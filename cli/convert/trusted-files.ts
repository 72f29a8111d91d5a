import { type Fields, given } from './draft.ts';
import { secretName } from './secret-name.ts';

type Note = (message: string) => void;

/** What becomes of a file with authorities: a ConfigMap that is still to be made. */
export const authorityRef = (what: string, path: string, note: Note): Fields => {
  const name = secretName(path);
  note(`${what} ${path}: make the ConfigMap ${name} of it, with the key ca.crt`);
  return { name };
};

/** What becomes of a file with lists of revoked certificates. */
export const revocationRef = (what: string, path: string, note: Note): Fields => {
  const name = secretName(path);
  note(
    `${what} ${path}: make the ConfigMap ${name} of it, with the key ca.crl, and renew it before the lists expire`,
  );
  return { name };
};

/** What becomes of a certificate that endpoints are shown. */
export const certificateRef = (what: string, path: string, note: Note): Fields => {
  const name = secretName(path);
  note(`${what} ${path}: make the Secret ${name} of type kubernetes.io/tls from the certificate and its key`);
  return { name };
};

export interface Verification {
  readonly mode: 'Require' | 'Request';
  readonly caRefs: readonly Fields[];
  readonly crlRefs?: readonly Fields[];
  readonly depth?: number | undefined;
}

/** How clients are asked for certificates; undefined, with a note, if nobody could be verified. */
export const clientCertificates = (
  { mode, caRefs, crlRefs = [], depth }: Verification,
  note: Note,
): Fields | undefined => {
  if (caRefs.length === 0) {
    note('clients are asked for certificates that no authority is named for: left out');
    return undefined;
  }
  return given({
    mode: mode === 'Require' ? undefined : mode,
    caRefs,
    crlRefs: crlRefs.length === 0 ? undefined : crlRefs,
    depth: depth === undefined ? undefined : Math.min(16, depth),
  });
};
