import { createWriter } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import { objectPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import { type Claim, type Lease, type LeaseRef, leaseManifest, leaseRef } from './lease.ts';

/** Reads and writes one Lease. Calls throw what Transport.request throws. */
export interface LeaseClient {
  /** Undefined when it does not exist. */
  read(): Promise<Lease | undefined>;
  /** Returns the Lease as written; undefined when another client changed it first. */
  claim(claim: Claim): Promise<Lease | undefined>;
}

const FIELD_MANAGER = 'l4balancer-operator-leader';

export const createLeaseClient = (transport: Transport, at: LeaseRef): LeaseClient => {
  const writer = createWriter(transport, FIELD_MANAGER);
  return {
    async read() {
      try {
        return (await transport.request({ method: 'GET', path: objectPath(leaseRef(at)) })) as Lease;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'NotFound') return undefined;
        throw error;
      }
    },
    async claim(claim) {
      const manifest = leaseManifest(at, claim);
      try {
        return await (claim.resourceVersion === undefined ? writer.create(manifest) : writer.apply(manifest));
      } catch (error) {
        if (error instanceof ApiError && LOST_RACE.has(error.code)) return undefined;
        throw error;
      }
    },
  };
};

/**
 * The apply recreates a Lease that was deleted meanwhile. NotFound is not in the list: it means that the
 * namespace is missing, and must be reported.
 */
const LOST_RACE: ReadonlySet<string> = new Set(['AlreadyExists', 'Conflict']);
