import type { Registry } from 'prom-client';
import { Gauge } from '../../program/prometheus.ts';
import { CURRENT, REVISION_NAMES } from '../desired/revisions/all.ts';

/** A resource with the status that its render revision is read from. */
interface WithStatus {
  readonly status?: unknown;
}

const revisionOf = ({ status }: WithStatus): string | undefined =>
  (status as { readonly renderRevision?: string } | undefined)?.renderRevision;

/** Counts the balancers by the revision of their pods at each scrape. */
export const createRevisionMetrics = (registry: Registry, balancers: () => Iterable<WithStatus>): void => {
  new Gauge({
    name: 'l4balancer_operator_balancers',
    help: 'L4Balancers by the revision that renders their pods.',
    labelNames: ['revision'],
    registers: [registry],
    collect() {
      this.reset();
      for (const revision of REVISION_NAMES) this.set({ revision }, 0);
      for (const one of balancers()) {
        const revision = revisionOf(one);
        if (revision !== undefined) this.inc({ revision });
      }
    },
  });
  new Gauge({
    name: 'l4balancer_operator_balancers_on_old_revisions',
    help: 'L4Balancers whose pods are rendered by an older revision.',
    registers: [registry],
    collect() {
      const old = [...balancers()].map(revisionOf).filter((one) => one !== undefined && one !== CURRENT);
      this.set(old.length);
    },
  });
};
