import type { CertificateRef } from '../tls.ts';
import { problemIf, type Rule, rule } from './rule.ts';

/** A Secret has to be in the namespace of the resource: whoever may write there may not read others. */
export const ownNamespaceOnly = (id: string, scope: string): Rule =>
  rule<CertificateRef>({
    id,
    scope,
    reads: ['namespace'],
    rule: '!has(self.namespace)',
    message:
      'a Secret of another namespace cannot be used: copy it to the namespace of the resource, and omit namespace',
    fieldPath: '.namespace',
    check: ({ namespace }) =>
      problemIf(
        namespace !== undefined,
        ['namespace'],
        'is refused: a Secret of another namespace cannot be used. Copy it to the namespace of the resource, and omit namespace',
      ),
  });
