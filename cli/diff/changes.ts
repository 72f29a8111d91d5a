import type { L4Balancer } from '../../crds/l4balancer.ts';
import type { Manifest } from '../../kube/apply.ts';
import { backendChanges } from './backends.ts';
import type { Change, Effect } from './change.ts';
import { childChanges, refusedChanges } from './children.ts';
import { listenerChanges } from './listeners.ts';
import { podChanges } from './pods.ts';

/** A spec, and what the operator makes of it. */
export interface Side {
  readonly balancer: L4Balancer;
  readonly children: readonly Manifest[];
}

const ORDER: Readonly<Record<Effect, number>> = { Refused: 0, Restarts: 1, Ends: 2, Live: 3 };

/** What a change of the spec will do, what touches connections first; nothing if it does nothing. */
export const changesOf = (before: Side, after: Side): readonly Change[] => {
  const [old, wanted] = [before.balancer.spec, after.balancer.spec];
  const all = [
    ...refusedChanges(before.balancer, after.balancer),
    ...podChanges(before.balancer, after.balancer, before.children, after.children),
    ...listenerChanges(old.listeners, wanted.listeners),
    ...backendChanges(old.backends, wanted.backends),
    ...loggingChange(before.balancer, after.balancer),
    ...childChanges(before.children, after.children),
  ];
  return all.sort((a, b) => ORDER[a.effect] - ORDER[b.effect]);
};

/** Fields of the spec that proxies follow, besides listeners and backends. */
const loggingChange = ({ spec: old }: L4Balancer, { spec }: L4Balancer): readonly Change[] =>
  (['accessLog', 'otlp', 'drain', 'readiness'] as const).flatMap((field): readonly Change[] =>
    JSON.stringify(old[field]) === JSON.stringify(spec[field])
      ? []
      : [{ effect: 'Live', about: field, what: 'It is changed; no pod restarts.', fields: [] }],
  );

/** One sentence on all of it. */
export const summaryOf = (changes: readonly Change[], paused: boolean): string => {
  const has = (effect: Effect): boolean => changes.some((one) => one.effect === effect);
  if (has('Refused')) return 'The API server refuses this change.';
  if (changes.length === 0) return 'Nothing changes.';
  const later = paused ? ' Its children stay as they are while paused is true.' : '';
  if (has('Restarts')) return `All pods restart.${later}`;
  if (has('Ends')) return `No pod restarts, but some open connections may end.${later}`;
  return `No pod restarts, and no open connection ends.${later}`;
};
