import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/**
 * The identity of the proxy at the API server. Its token is mounted only in pods that request it, such as its
 * own.
 */
export const serviceAccount = (owner: Owner) => ({
  apiVersion: 'v1' as const,
  kind: 'ServiceAccount' as const,
  metadata: childMetadata(owner),
  automountServiceAccountToken: false,
});
