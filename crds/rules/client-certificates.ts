import type { ClientCertificates } from '../client-certificates.ts';
import { problemIf, rule } from './rule.ts';
import { standaloneOnly } from './standalone-only.ts';

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

const bundleFiles = standaloneOnly<ClientCertificates>({
  id: 'client-certificates-ca-files-standalone',
  scope: SCOPE,
  field: 'caFiles',
  why: 'work only without a cluster, because a pod has no such files: use caRefs',
});

const listFiles = standaloneOnly<ClientCertificates>({
  id: 'client-certificates-crl-files-standalone',
  scope: SCOPE,
  field: 'crlFiles',
  why: 'work only without a cluster, because a pod has no such files: use crlRefs',
});

export const CLIENT_CERTIFICATES_RULES = [authorities, namesOfAll, bundleFiles, listFiles];
