import type { ClientCertificates } from '../client-certificates.ts';
import { problemIf, rule } from './rule.ts';

const SCOPE = 'spec.listeners[].tls.clientCertificates';

const authorities = rule<ClientCertificates>({
  id: 'client-certificates-authorities',
  scope: SCOPE,
  reads: ['caRefs', 'caFiles'],
  rule: 'has(self.caRefs) || has(self.caFiles)',
  message: 'the authorities of clients are missing: add caRefs, or caFiles without a cluster',
  fieldPath: '.caRefs',
  check: ({ caRefs, caFiles }) =>
    problemIf(
      caRefs === undefined && caFiles === undefined,
      ['caRefs'],
      'the authorities of clients are missing: add caRefs, or caFiles without a cluster',
    ),
});

const namesOfAll = rule<ClientCertificates>({
  id: 'client-certificates-names',
  scope: SCOPE,
  reads: ['mode', 'allowedSans'],
  rule: "self.mode == 'Require' || !has(self.allowedSans)",
  message: 'allowedSans requires mode Require: with Request, a client could do without a certificate',
  fieldPath: '.allowedSans',
  check: ({ mode, allowedSans }) =>
    problemIf(
      mode !== 'Require' && allowedSans !== undefined,
      ['allowedSans'],
      'requires mode Require: with Request, a client could do without a certificate',
    ),
});

const FILES = [
  { field: 'caFiles', instead: 'caRefs' },
  { field: 'crlFiles', instead: 'crlRefs' },
] as const;

const filesOfPods = FILES.map(({ field, instead }) =>
  rule<ClientCertificates>({
    id: `client-certificates-${field === 'caFiles' ? 'ca' : 'crl'}-files-standalone`,
    aboutPods: true,
    scope: SCOPE,
    reads: [field],
    rule: `!has(self.${field})`,
    message: `${field} work only without a cluster, because a pod has no such files: use ${instead}`,
    fieldPath: `.${field}`,
    check: (clients) =>
      problemIf(
        clients[field] !== undefined,
        [field],
        `work only without a cluster, because a pod has no such files: use ${instead}`,
      ),
  }),
);

export const CLIENT_CERTIFICATES_RULES = [authorities, namesOfAll, ...filesOfPods];
