import type { Registry } from 'prom-client';
import type { Status } from '../../crds/status.ts';
import { Gauge } from '../../program/prometheus.ts';
import { BLOCKING_REASONS, FINDING_WARNINGS } from '../../report/reasons/finding-reasons.ts';

/** A resource with the status that its findings are read from. */
interface WithStatus {
  readonly metadata: { readonly namespace?: string; readonly name: string };
  readonly status?: unknown;
}

const statusOf = ({ status }: WithStatus): Partial<Status> => (status ?? {}) as Partial<Status>;

/** Each reason once, however many listeners and backends report it. */
const reasonsOf = ({ listeners = [], backends = [], proxies }: Partial<Status>): ReadonlySet<string> =>
  new Set(
    [...listeners, ...backends, ...(proxies === undefined ? [] : [proxies])].flatMap(({ problems = [] }) =>
      problems.map(({ reason }) => reason),
    ),
  );

/** Counts the findings of the proxies of all balancers at each scrape. */
export const createProblemMetrics = (registry: Registry, balancers: () => Iterable<WithStatus>): void => {
  new Gauge({
    name: 'l4balancer_operator_balancers_with_problem',
    help: 'L4Balancers whose proxies report a problem, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const reason of Object.keys({ ...BLOCKING_REASONS, ...FINDING_WARNINGS })) this.set({ reason }, 0);
      for (const one of balancers()) for (const reason of reasonsOf(statusOf(one))) this.inc({ reason });
    },
  });
  new Gauge({
    name: 'l4balancer_operator_balancers_not_ready',
    help: 'L4Balancers whose condition Ready is not True, with the reason.',
    labelNames: ['namespace', 'name', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const one of balancers()) {
        const ready = statusOf(one).conditions?.find(({ type }) => type === 'Ready');
        const { namespace = '', name } = one.metadata;
        if (ready !== undefined && ready.status !== 'True')
          this.set({ namespace, name, reason: ready.reason }, 1);
      }
    },
  });
  new Gauge({
    name: 'l4balancer_operator_proxies',
    help: 'Serving proxies, by whether they follow their resource and its endpoints; false also if that is unknown.',
    labelNames: ['following'],
    registers: [registry],
    collect() {
      const all = [...balancers()].map((one) => statusOf(one).proxies ?? { of: 0, following: 0 });
      const following = all.reduce((sum, one) => sum + one.following, 0);
      this.set({ following: 'true' }, following);
      this.set({ following: 'false' }, all.reduce((sum, one) => sum + one.of, 0) - following);
    },
  });
};
