import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import { ROLLOUT_STOPPED } from '../objects/workload.ts';
import { type Confirmed, isUnchanged } from './write-cache.ts';

/**
 * Whether an object is what the operator has made of it with the `last` that it sent, or is not there as it left it: then what is `wanted` now,
 * though it was sent before, puts back nothing that somebody else has done.
 */
export const matchesLastWrite = (
  last: Manifest | undefined,
  wanted: Manifest | undefined,
  live: KubeObject | undefined,
  confirmed: Confirmed | undefined,
): boolean => {
  if (last === undefined || live === undefined) return last === undefined && live === undefined;
  // What is to go goes in whatever state it is.
  return wanted === undefined || isUnchanged(confirmed, last, withRecord(live, last));
};

/** Who takes the record of a stopped rollout away asks for another try, as the status advises: that is no change to put back. */
const withRecord = (live: KubeObject, last: Manifest): KubeObject => {
  const record = last.metadata.annotations?.[ROLLOUT_STOPPED];
  const { annotations } = live.metadata;
  return record === undefined || annotations?.[ROLLOUT_STOPPED] !== undefined
    ? live
    : { ...live, metadata: { ...live.metadata, annotations: { ...annotations, [ROLLOUT_STOPPED]: record } } };
};
