import * as z from 'zod';
import { list, text } from './fields.ts';

/** A certificate with which listeners end TLS, or that endpoints are shown. Its key is never reported. */
export const certificate = z.object({
  name: text(255).describe('Name of the Secret, or path of the file, as the listener or the backend has it.'),
  names: list(text(253)).describe(
    'Host names of the certificate in use, at most 16; empty while there is none.',
  ),
  notAfter: text(64)
    .exactOptional()
    .meta({ unit: 'RFC 3339, to the second' })
    .describe('When the certificate in use expires; absent while there is none.'),
  warnedFrom: text(64)
    .exactOptional()
    .meta({ unit: 'RFC 3339, to the second' })
    .describe(
      'From when on the certificate in use should have been renewed, and `CertificateExpires` is reported; absent while there is none.',
    ),
  usedBy: list(text(63)).describe('Names of the listeners that use it.'),
  usedByBackends: list(text(63))
    .exactOptional()
    .describe('Names of the backends whose endpoints are shown it; absent if there are none.'),
  problem: text(1024)
    .exactOptional()
    .describe(
      'Why what is there now is not in use, so that what was read last is; absent if there is no such problem. The finding about it says what to do.',
    ),
});
