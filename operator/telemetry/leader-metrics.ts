import type { Registry } from 'prom-client';
import { Counter, Gauge } from '../../program/prometheus.ts';

/** Reports whether this process leads; the gauge has controller-runtime's name. */
export interface LeaderMetrics {
  setLeader(isLeader: boolean): void;
  /** The Lease could not be read or renewed. */
  failed(): void;
}

/** Initializes everything to zero, so that an alert on a rate has a first sample. */
export const createLeaderMetrics = (registry: Registry, name: string): LeaderMetrics => {
  const registers = [registry];
  const status = new Gauge({
    name: 'leader_election_master_status',
    help: '1 if this process is the leader, 0 if it is a follower.',
    labelNames: ['name'],
    registers,
  });
  const counter = (key: string, help: string) =>
    new Counter({ name: `l4balancer_operator_leader_${key}_total`, help, registers });
  const elections = counter('elections', 'Terms that this process has begun.');
  const failures = counter('failures', 'Failed attempts to read or renew the Lease.');
  status.set({ name }, 0);
  return {
    setLeader(isLeader) {
      if (isLeader) elections.inc();
      status.set({ name }, isLeader ? 1 : 0);
    },
    failed: () => failures.inc(),
  };
};
