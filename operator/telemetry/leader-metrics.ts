import type { Registry } from 'prom-client';
import { Counter, Gauge } from '../../program/prometheus.ts';

/** Whether this process leads; the first under the name that controller-runtime has for it. */
export interface LeaderMetrics {
  leads(isLeader: boolean): void;
  /** The Lease could not be read or renewed. */
  failed(): void;
}

/** Declares everything at zero, so that an alert on a rate has a first sample. */
export const createLeaderMetrics = (registry: Registry, name: string): LeaderMetrics => {
  const registers = [registry];
  const status = new Gauge({
    name: 'leader_election_master_status',
    help: '1 where this process leads, 0 where it follows.',
    labelNames: ['name'],
    registers,
  });
  const counter = (key: string, help: string) =>
    new Counter({ name: `l4balancer_operator_leader_${key}_total`, help, registers });
  const elections = counter('elections', 'Terms that this process has begun.');
  const failures = counter('failures', 'Tries to read or renew the Lease that failed.');
  status.set({ name }, 0);
  return {
    leads(isLeader) {
      if (isLeader) elections.inc();
      status.set({ name }, isLeader ? 1 : 0);
    },
    failed: () => failures.inc(),
  };
};
