import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';

/** Where the Lease is. */
export interface LeaseRef {
  readonly namespace: string;
  readonly name: string;
}

/** A Lease of coordination.k8s.io/v1, as far as it is read. */
export interface Lease extends KubeObject {
  readonly spec?: {
    /** Absent or empty: nobody. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds; for people, since clocks differ. */
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface Claim {
  /** Undefined gives the lease back. */
  readonly holder: string | undefined;
  readonly durationMs: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly transitions: number;
  /**
   * Of the Lease that was read: the claim fails when it has changed since. Undefined where there is none yet.
   */
  readonly resourceVersion: string | undefined;
}

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

export const leaseRef = ({ namespace, name }: LeaseRef) => ({ ...LEASE, namespace, name });

export const leaseManifest = (at: LeaseRef, claim: Claim): Lease & Manifest => ({
  ...LEASE,
  metadata: {
    namespace: at.namespace,
    name: at.name,
    ...(claim.resourceVersion === undefined ? {} : { resourceVersion: claim.resourceVersion }),
  },
  spec: {
    // Left out, it would stay: whoever created the Lease owns the field besides.
    holderIdentity: claim.holder ?? '',
    leaseDurationSeconds: Math.ceil(claim.durationMs / 1000),
    acquireTime: claim.acquireTime,
    renewTime: claim.renewTime,
    leaseTransitions: claim.transitions,
  },
});

export const holderOf = (lease: Lease | undefined): string | undefined =>
  lease?.spec?.holderIdentity || undefined;

/** As the API writes it. */
export const microTime = (at: Date): string => at.toISOString().replace('Z', '000Z');
