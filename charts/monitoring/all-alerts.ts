import type { Alert } from './alert.ts';
import { CERTIFICATE_ALERTS } from './alerts/certificates.ts';
import { OPERATOR_ALERTS } from './alerts/operator.ts';
import { REPLICA_ALERTS } from './alerts/replicas.ts';
import { SOURCE_LIST_ALERTS } from './alerts/source-lists.ts';
import { TRAFFIC_ALERTS } from './alerts/traffic.ts';

/** Alerts that are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

export const ALERT_GROUPS: readonly AlertGroup[] = [
  { name: 'l4balancer-traffic', alerts: TRAFFIC_ALERTS },
  { name: 'l4balancer-replicas', alerts: REPLICA_ALERTS },
  { name: 'l4balancer-certificates', alerts: CERTIFICATE_ALERTS },
  { name: 'l4balancer-source-lists', alerts: SOURCE_LIST_ALERTS },
  { name: 'l4balancer-operator', alerts: OPERATOR_ALERTS },
];

export const ALERTS: readonly Alert[] = ALERT_GROUPS.flatMap(({ alerts }) => alerts);
