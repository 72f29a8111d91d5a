import type { Dashboard } from '../panel.ts';
import { BACKEND_ROW } from './balancer/backends.ts';
import { LISTENER_ROWS } from './balancer/listeners.ts';
import { OVERVIEW_ROW } from './balancer/overview.ts';
import { REPLICA_ROW } from './balancer/replicas.ts';

/** One balancer, over all its replicas or some of them. */
export const BALANCER: Dashboard = {
  uid: 'l4balancer-balancer',
  title: 'L4Balancer / Balancer',
  about: 'One load balancer: its listeners, backends, endpoints and replicas.',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      ofLabel: 'namespace',
      series: 'l4balancer_build_info',
      isMultiple: false,
    },
    {
      name: 'balancer',
      label: 'Balancer',
      ofLabel: 'balancer',
      series: 'l4balancer_build_info{namespace="$namespace"}',
      isMultiple: false,
    },
    {
      name: 'pod',
      label: 'Pod',
      ofLabel: 'pod',
      series: 'l4balancer_build_info{namespace="$namespace", balancer="$balancer"}',
      isMultiple: true,
    },
  ],
  rows: [OVERVIEW_ROW, ...LISTENER_ROWS, BACKEND_ROW, REPLICA_ROW],
};
