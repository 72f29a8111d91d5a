import { holderOf, type Lease } from './lease.ts';

/** What to do about a Lease that was just read. */
export type Step =
  | { readonly todo: 'Create' }
  /** It is held by the one that asks. */
  | { readonly todo: 'Renew' }
  /** Nobody holds it, or its holder has let it run out. */
  | { readonly todo: 'Take'; readonly from: string | undefined }
  /** No holder: the Lease is gone, and who held it may not know yet. */
  | { readonly todo: 'Wait'; readonly holder: string | undefined };

/**
 * Holders are judged by how long ago a change of the Lease was *seen*, on the own clock: the times written in
 * it are of another machine. So a holder that renews is safe whatever the clocks say.
 */
export interface LeaseObservation {
  readonly resourceVersion: string | undefined;
  /** Milliseconds on the own, monotonic clock. */
  readonly at: number;
  /**
   * For how long the last Lease seen is respected, in milliseconds, also when it is gone; undefined where
   * none was ever seen.
   */
  readonly respectMs: number | undefined;
}

/** `ownMs` counts where a Lease names no duration of its own. */
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
  /** Whether it may write now, by a Lease that it has held until now. */
  readonly leads: boolean;
}

/**
 * A Lease that somebody deletes does not stop its holder, which may write until it has to renew: only the
 * holder itself makes it again at once, the others when it would have run out.
 */
export const leaseStep = (
  lease: Lease | undefined,
  { identity, leads }: Participant,
  { at, respectMs = 0 }: LeaseObservation,
  now: number,
): Step => {
  const isOver = now - at >= respectMs;
  if (lease === undefined) return leads || isOver ? { todo: 'Create' } : { todo: 'Wait', holder: undefined };
  const holder = holderOf(lease);
  if (holder === identity) return { todo: 'Renew' };
  if (holder === undefined) return { todo: 'Take', from: undefined };
  return isOver ? { todo: 'Take', from: holder } : { todo: 'Wait', holder };
};
