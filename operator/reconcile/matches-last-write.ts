import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import { ROLLOUT_STOPPED } from '../objects/workload.ts';
import { type Confirmed, isUnchanged } from './write-cache.ts';

/**
 * Whether an object is as the operator left it with the `last` manifest that it sent, or is absent as the
 * operator left it. Then sending `wanted`, even if it was sent before, reverts nothing that another writer
 * did.
 */
export const matchesLastWrite = (
  last: Manifest | undefined,
  wanted: Manifest | undefined,
  live: KubeObject | undefined,
  confirmed: Confirmed | undefined,
): boolean => {
  if (last === undefined || live === undefined) return last === undefined && live === undefined;
  // An object that should go is removed in whatever state it is.
  return wanted === undefined || isUnchanged(confirmed, last, withRecord(live, last));
};

/**
 * Removing the record of a stopped rollout asks for a retry, as the status advises: this is not a change to
 * put back.
 */
const withRecord = (live: KubeObject, last: Manifest): KubeObject => {
  const record = last.metadata.annotations?.[ROLLOUT_STOPPED];
  const { annotations } = live.metadata;
  return record === undefined || annotations?.[ROLLOUT_STOPPED] !== undefined
    ? live
    : { ...live, metadata: { ...live.metadata, annotations: { ...annotations, [ROLLOUT_STOPPED]: record } } };
};
