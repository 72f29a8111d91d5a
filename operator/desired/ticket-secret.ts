import { endsTls } from '../../crds/tls.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/**
 * The Secret with the keys of session tickets; undefined if TLS ends at no listener. The keys are no part of
 * it: they are random and rotated, which reconcile/rotate-tickets.ts does under a field manager of its own.
 */
export const ticketSecret = (owner: Owner) =>
  endsTls(owner.spec.listeners)
    ? {
        apiVersion: 'v1' as const,
        kind: 'Secret' as const,
        metadata: childMetadata(owner, '-tickets'),
        type: 'Opaque',
      }
    : undefined;
