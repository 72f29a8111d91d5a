import type { Registry } from 'prom-client';
import { Gauge } from '../../program/prometheus.ts';
import type { Readiness } from '../health/readiness.ts';

/** Reports at each scrape whether the operator is ready, and which of the given namespaces it follows. */
export const createReadinessMetrics = (
  registry: Registry,
  namespaces: readonly string[],
  read: () => Readiness,
): void => {
  const registers = [registry];
  new Gauge({
    name: 'l4balancer_operator_ready',
    help: '1 if the operator can do its work or take over as a follower, as /readyz reports.',
    registers,
    collect() {
      this.set(read().isReady ? 1 : 0);
    },
  });
  if (namespaces.length === 0) return;
  new Gauge({
    name: 'l4balancer_operator_namespace_followed',
    help: '1 if a namespace of --namespaces is followed, 0 if its L4Balancers are not reconciled.',
    labelNames: ['namespace'],
    registers,
    collect() {
      const unfollowed = read().namespaces;
      for (const namespace of namespaces) this.set({ namespace }, unfollowed.has(namespace) ? 0 : 1);
    },
  });
};
