import type { Balancer } from '../cluster/balancers.ts';
import type { Pod } from '../cluster/pods.ts';
import type { Readings } from '../cluster/reading.ts';
import { backendsOf } from './backends.ts';
import { certificatesOf } from './certificates.ts';
import { findingsOf } from './findings.ts';
import { listenersOf } from './listeners.ts';
import type { EndPicture, Picture } from './picture.ts';
import { pairsOf } from './rates.ts';
import { replicasOf } from './replicas.ts';

/** What is known of one balancer at one moment. */
export interface Known {
  readonly balancer: Balancer;
  readonly pods: readonly Pod[];
  readonly readings: Readings;
  /** Those before, from which rates follow. */
  readonly before: Readings | undefined;
  /** How connections ended; omitted if nobody asked. */
  readonly ends?: readonly EndPicture[];
}

/** Joins what is known of a balancer over its replicas. */
export const join = ({ balancer, pods, readings, before, ends = [] }: Known): Picture => {
  const { metadata, status = {} } = balancer;
  const pairs = pairsOf(readings, before);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    createdAt: metadata.creationTimestamp,
    generation: metadata.generation,
    observedGeneration: status.observedGeneration,
    conditions: (status.conditions ?? []).map(
      ({ type, status: is, reason, message, lastTransitionTime: since }) => ({
        type,
        status: is,
        reason,
        message,
        since,
      }),
    ),
    revision: status.renderRevision,
    addresses: (status.addresses ?? []).map(({ value }) => value),
    replicas: replicasOf(pods, readings, before),
    listeners: listenersOf(balancer, pairs),
    backends: backendsOf(balancer, pairs),
    ends,
    findings: findingsOf(pairs),
    certificates: certificatesOf(status, pairs),
    tuning: (status.tuning ?? []).map(({ name, asked, effective, ok, hint }) => ({
      name,
      asked,
      effective,
      ok,
      hint,
    })),
    shares: (status.limits ?? []).map(({ listener, limit, shares }) => ({
      listener,
      limit,
      replicas: shares.map(({ replica, share }) => ({ pod: replica, amount: share })),
    })),
    history: status.history ?? [],
  };
};
