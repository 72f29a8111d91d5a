import { holderOf, type Lease } from './lease.ts';

/** What to do about a Lease that was just read. */
export type Step =
  | { readonly todo: 'Create' }
  /** It is held by the one that asks. */
  | { readonly todo: 'Renew' }
  /** Nobody holds it, or its holder has let it run out. */
  | { readonly todo: 'Take'; readonly from: string | undefined }
  | { readonly todo: 'Wait'; readonly holder: string };

/**
 * Holders are judged by how long ago a change of the Lease was *seen*, on the own clock: the times written in it are of another machine. So a
 * holder that renews is safe whatever the clocks say.
 */
export interface Seen {
  readonly resourceVersion: string | undefined;
  /** Milliseconds on the own, monotonic clock. */
  readonly at: number;
}

export const see = (lease: Lease | undefined, before: Seen | undefined, now: number): Seen => {
  const resourceVersion = lease?.metadata.resourceVersion;
  return before !== undefined && before.resourceVersion === resourceVersion
    ? before
    : { resourceVersion, at: now };
};

/** `ownMs` counts where a Lease names no duration of its own. */
export const decide = (
  lease: Lease | undefined,
  identity: string,
  seen: Seen,
  now: number,
  ownMs: number,
): Step => {
  if (lease === undefined) return { todo: 'Create' };
  const holder = holderOf(lease);
  if (holder === identity) return { todo: 'Renew' };
  if (holder === undefined) return { todo: 'Take', from: undefined };
  const seconds = lease.spec?.leaseDurationSeconds ?? 0;
  const durationMs = seconds > 0 ? seconds * 1000 : ownMs;
  return now - seen.at >= durationMs ? { todo: 'Take', from: holder } : { todo: 'Wait', holder };
};
