import { holderOf, type Lease } from './lease.ts';

/** What to do about a Lease that has just been read. */
export type Step =
  | { readonly action: 'Create' }
  /** This process holds it. */
  | { readonly action: 'Renew' }
  /** Nobody holds it, or its holder has let it expire. */
  | { readonly action: 'Take'; readonly from: string | undefined }
  /** Without a holder: the Lease is gone, and the process that held it may not know yet. */
  | { readonly action: 'Wait'; readonly holder: string | undefined };

/**
 * A Lease expires by how long ago a change of it was *observed*, on the local clock: the times written in it
 * come from another machine. So a holder that renews is safe even if clocks differ.
 */
export interface LeaseObservation {
  readonly resourceVersion: string | undefined;
  /** Milliseconds on the local monotonic clock. */
  readonly at: number;
  /**
   * How long the last observed Lease is respected, in milliseconds, even after it is gone; undefined if none
   * was ever observed.
   */
  readonly respectMs: number | undefined;
}

/** `ownMs` applies when a Lease specifies no duration. */
export const observeLease = (
  lease: Lease | undefined,
  before: LeaseObservation | undefined,
  now: number,
  ownMs: number,
): LeaseObservation => {
  const resourceVersion = lease?.metadata.resourceVersion;
  if (before !== undefined && before.resourceVersion === resourceVersion) return before;
  return {
    resourceVersion,
    at: now,
    respectMs: lease === undefined ? before?.respectMs : respectMs(lease, ownMs),
  };
};

const respectMs = ({ spec }: Lease, ownMs: number): number => {
  const seconds = spec?.leaseDurationSeconds ?? 0;
  return seconds > 0 ? seconds * 1000 : ownMs;
};

export interface Participant {
  readonly identity: string;
  /** Whether it may write now, because it has held the Lease until now. */
  readonly leads: boolean;
}

/**
 * Deleting a Lease does not stop its holder, which may write until it has to renew. So only the holder
 * recreates it at once; the others wait until it would have expired.
 */
export const leaseStep = (
  lease: Lease | undefined,
  { identity, leads }: Participant,
  { at, respectMs = 0 }: LeaseObservation,
  now: number,
): Step => {
  const isOver = now - at >= respectMs;
  if (lease === undefined)
    return leads || isOver ? { action: 'Create' } : { action: 'Wait', holder: undefined };
  const holder = holderOf(lease);
  if (holder === identity) return { action: 'Renew' };
  if (holder === undefined) return { action: 'Take', from: undefined };
  return isOver ? { action: 'Take', from: holder } : { action: 'Wait', holder };
};
