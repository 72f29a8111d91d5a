import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/** Who the proxy is to the API server. Only its own pods ask for a token. */
export const serviceAccount = (owner: Owner) => ({
  apiVersion: 'v1' as const,
  kind: 'ServiceAccount' as const,
  metadata: childMetadata(owner),
  automountServiceAccountToken: false,
});
