import type { Registry } from 'prom-client';
import { Gauge } from '../../program/prometheus.ts';
import { CURRENT, REVISION_NAMES } from '../desired/revisions/all.ts';

/** A resource, as far as it tells by which revision its pods were rendered. */
interface WithStatus {
  readonly status?: unknown;
}

const revisionOf = ({ status }: WithStatus): string | undefined =>
  (status as { readonly renderRevision?: string } | undefined)?.renderRevision;

/** Counts the balancers by the revision of their pods, when it is asked for. */
export const createRevisionMetrics = (registry: Registry, balancers: () => Iterable<WithStatus>): void => {
  new Gauge({
    name: 'l4balancer_operator_balancers',
    help: 'L4Balancers by the revision that their pods are rendered by.',
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
    help: 'L4Balancers whose pods are not rendered by the newest revision.',
    registers: [registry],
    collect() {
      const old = [...balancers()].map(revisionOf).filter((one) => one !== undefined && one !== CURRENT);
      this.set(old.length);
    },
  });
};
