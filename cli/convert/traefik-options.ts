import { type Fields, given } from './draft.ts';
import { listIn, type RawObject, recordIn, textIn } from './kubernetes.ts';
import { clientCertificates } from './trusted-files.ts';

/** Both verify certificates; the other types of Traefik ask for some that they do not verify. */
const MODES: Readonly<Record<string, 'Require' | 'Request'>> = {
  RequireAndVerifyClientCert: 'Require',
  VerifyClientCertIfGiven: 'Request',
};

/** The fields of a listener's tls that stand for the TLSOption that a route names. */
export const traefikOptions = (
  tls: unknown,
  { namespace }: RawObject,
  objects: readonly RawObject[],
  note: (message: string) => void,
): Fields => {
  const reference = recordIn(tls, 'options');
  const name = textIn(reference, 'name');
  if (name === undefined) return {};
  const wanted = textIn(reference, 'namespace') ?? namespace;
  const found = objects.find(
    (one) => one.kind === 'TLSOption' && one.name === name && (one.namespace ?? namespace) === wanted,
  );
  if (found === undefined) {
    note(`TLSOption ${name} is not among the input, so that what it does is left out`);
    return {};
  }
  const spec = recordIn(found.content, 'spec');
  for (const field of ['maxVersion', 'cipherSuites', 'curvePreferences', 'disableSessionTickets'])
    if (spec[field] !== undefined) note(`${field} of TLSOption ${name} has no counterpart`);
  const protocols = listIn(spec, 'alpnProtocols').map(String);
  return given({
    minVersion: textIn(spec, 'minVersion') === 'VersionTLS13' ? 'TLS1.3' : undefined,
    alpn: protocols.length === 0 ? undefined : protocols,
    strictSni: spec.sniStrict === true ? true : undefined,
    clientCertificates: verification(recordIn(spec, 'clientAuth'), name, note),
  });
};

const verification = (auth: Fields, option: string, note: (message: string) => void): Fields | undefined => {
  const type = textIn(auth, 'clientAuthType') ?? 'NoClientCert';
  if (type === 'NoClientCert') return undefined;
  const mode = MODES[type];
  if (mode === undefined) {
    note(
      `clientAuthType ${type} of TLSOption ${option} has no counterpart: certificates are asked for to be verified`,
    );
    return undefined;
  }
  const secrets = listIn(auth, 'secretNames').map(String);
  for (const secret of secrets)
    note(`Secret ${secret}: its authorities are expected in the key ca.crt, where Traefik also takes tls.ca`);
  return clientCertificates({ mode, caRefs: secrets.map((name) => ({ kind: 'Secret', name })) }, note);
};
