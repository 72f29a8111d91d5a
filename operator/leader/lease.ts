import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';

/** Namespace and name of the Lease. */
export interface LeaseRef {
  readonly namespace: string;
  readonly name: string;
}

/** The fields of a Lease (coordination.k8s.io/v1) that are read. */
export interface Lease extends KubeObject {
  readonly spec?: {
    /** Absent or empty: nobody. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds; informational only, since clocks differ. */
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface Claim {
  /** Undefined releases the Lease. */
  readonly holder: string | undefined;
  readonly durationMs: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly transitions: number;
  /**
   * Version of the Lease that was read: the claim fails if the Lease has changed since. Undefined if there is
   * none yet.
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
    // If omitted, the old value would stay, since whoever created the Lease owns the field as well.
    holderIdentity: claim.holder ?? '',
    leaseDurationSeconds: Math.ceil(claim.durationMs / 1000),
    acquireTime: claim.acquireTime,
    renewTime: claim.renewTime,
    leaseTransitions: claim.transitions,
  },
});

export const holderOf = (lease: Lease | undefined): string | undefined =>
  lease?.spec?.holderIdentity || undefined;

/** The API's format: RFC 3339 with microseconds. */
export const microTime = (at: Date): string => at.toISOString().replace('Z', '000Z');
