import { certificatesOf, withKeyPairs } from '../configuration/listener-certificates.ts';
import type { Certificates } from './certificates.ts';
import type { Named } from './with-named.ts';

/** The certificates of listeners, for `withNamed`. */
export const namedCertificates = (certificates: Certificates): Named => ({
  onChange: (run) => certificates.onChange(run),
  namesIn: certificatesOf,
  known: () => new Set(certificates.known.keys()),
  fillIn(snapshot, before) {
    const configuration = withKeyPairs(snapshot.configuration, certificates.known, before);
    return {
      ...snapshot,
      configuration,
      certificates: certificates.shown(configuration),
      findings: [...snapshot.findings, ...certificates.findings(configuration)],
    };
  },
});
