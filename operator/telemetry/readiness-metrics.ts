import type { Registry } from 'prom-client';
import { Gauge } from '../../program/prometheus.ts';
import type { Readiness } from '../health/readiness.ts';

/**
 * Says whether the operator is ready, and which of the namespaces named are followed, when it is asked for.
 */
export const createReadinessMetrics = (
  registry: Registry,
  namespaces: readonly string[],
  read: () => Readiness,
): void => {
  const registers = [registry];
  new Gauge({
    name: 'l4balancer_operator_ready',
    help: '1 where the operator can do its work or take it over, as its page /readyz says.',
    registers,
    collect() {
      this.set(read().isReady ? 1 : 0);
    },
  });
  if (namespaces.length === 0) return;
  new Gauge({
    name: 'l4balancer_operator_namespace_followed',
    help: '1 where a namespace of --namespaces is followed, 0 where its L4Balancers are not looked after.',
    labelNames: ['namespace'],
    registers,
    collect() {
      const unfollowed = read().namespaces;
      for (const namespace of namespaces) this.set({ namespace }, unfollowed.has(namespace) ? 0 : 1);
    },
  });
};
