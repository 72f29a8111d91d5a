import { X509Certificate } from 'node:crypto';

/** Each certificate of a text. */
export const CERTIFICATE_BLOCK =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** A certificate in PEM; undefined if it cannot be read. */
export const certificateIn = (block: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(block);
  } catch {
    // OpenSSL's own words mean little to those who read the problem.
    return undefined;
  }
};
