import { clientCertificatesOf, withClientKeyPairs } from '../configuration/backend-certificates.ts';
import { byName } from '../configuration/by-name.ts';
import { joinedCertificates } from '../configuration/joined-certificates.ts';
import { certificatesOf, withKeyPairs } from '../configuration/listener-certificates.ts';
import type { Certificates } from './certificates.ts';
import type { Named } from './with-named.ts';

/** The certificates of listeners, for `withNamed`. */
export const namedCertificates = (certificates: Certificates): Named => ({
  onChange: (run) => certificates.onChange(run),
  namesIn: certificatesOf,
  known: () => new Set(certificates.known.keys()),
  fillIn(snapshot, before) {
    const configuration = withKeyPairs(snapshot.configuration, certificates.known, byName(before?.listeners));
    return {
      ...snapshot,
      configuration,
      certificates: certificates.shown(configuration),
      findings: [...snapshot.findings, ...certificates.findings(configuration)],
    };
  },
});

/** The certificates that endpoints of backends are shown, for `withNamed`. */
export const namedClientCertificates = (certificates: Certificates): Named => ({
  onChange: (run) => certificates.onChange(run),
  namesIn: clientCertificatesOf,
  known: () => new Set(certificates.known.keys()),
  fillIn(snapshot, before) {
    const configuration = withClientKeyPairs(
      snapshot.configuration,
      certificates.known,
      byName(before?.backends),
    );
    return {
      ...snapshot,
      configuration,
      certificates: joinedCertificates([
        ...(snapshot.certificates ?? []),
        ...certificates.shown(configuration),
      ]),
      findings: [...snapshot.findings, ...certificates.findings(configuration)],
    };
  },
});
