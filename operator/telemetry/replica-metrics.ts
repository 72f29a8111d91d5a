import type { Registry } from 'prom-client';
import { Gauge } from '../../program/prometheus.ts';

/** What the leader knows of the replicas of a resource. */
export interface ReplicaCounts {
  /** Those whose reports cannot be read, although their pods are ready. */
  readonly unread: number;
  /** Those that have withheld parts of limits from the others for long. */
  readonly withholding: number;
}

/**
 * Reports what stands in no status. Only the leader knows it: the series of one that loses the Lease
 * disappear.
 */
export interface ReplicaMetrics {
  /** `key` is the namespace and the name of the resource, with a slash between them. */
  set(key: string, counts: ReplicaCounts): void;
  /** Forgets all: the term is over. */
  clear(): void;
}

/** A resource has series only while there is something to report, so that thousands of them have none. */
export const createReplicaMetrics = (registry: Registry): ReplicaMetrics => {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['namespace', 'name'], registers: [registry] });
  const unread = gauge(
    'l4balancer_operator_proxies_unread',
    'Ready proxies of an L4Balancer whose reports the leader cannot read; absent if there are none.',
  );
  const withholding = gauge(
    'l4balancer_operator_proxies_withholding_shares',
    'Proxies of an L4Balancer that have withheld a part of a limit with scope Cluster for long; absent if there are none.',
  );
  const all = [unread, withholding];
  return {
    set(key, counts) {
      const [namespace = '', name = ''] = key.split('/');
      const labels = { namespace, name };
      for (const [one, count] of [
        [unread, counts.unread],
        [withholding, counts.withholding],
      ] as const)
        if (count === 0) one.remove(labels);
        else one.set(labels, count);
    },
    clear() {
      for (const one of all) one.reset();
    },
  };
};
