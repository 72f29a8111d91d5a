import type { Row } from '../../panel.ts';
import { orUnknown, series } from '../../queries.ts';
import { SCOPE } from './scope.ts';

export const OVERVIEW_ROW: Row = {
  title: 'Now',
  panels: [
    {
      title: 'Ready',
      about: 'The reason of its condition Ready, if that is not True; unknown while no operator says so.',
      kind: 'stat',
      unit: 'none',
      width: 4,
      redFrom: 1,
      queries: [
        {
          expr: orUnknown(
            'max by (reason) (l4balancer_operator_balancers_not_ready{namespace="$namespace", name="$balancer"})',
          ),
          legend: '{{reason}}',
        },
      ],
      whenEmpty: 'Ready',
      isNamed: true,
    },
    {
      title: 'Proxies',
      about: 'Pods that are scraped.',
      kind: 'stat',
      unit: 'none',
      width: 4,
      redBelow: 1,
      queries: [{ expr: `count(${series('l4balancer_build_info', SCOPE)}) or vector(0)`, legend: 'proxies' }],
    },
    {
      title: 'Without their source',
      about: 'Proxies that serve what they knew last, and receive no changes.',
      kind: 'stat',
      unit: 'none',
      width: 4,
      redFrom: 1,
      queries: [
        {
          expr: `count(${series('l4balancer_source_connected', SCOPE)} == 0) or vector(0)`,
          legend: 'proxies',
        },
      ],
    },
    {
      title: 'Open connections',
      about: 'Connections and UDP sessions of clients.',
      kind: 'stat',
      unit: 'short',
      width: 4,
      queries: [{ expr: `sum(${series('l4balancer_listener_open_connections', SCOPE)})`, legend: 'open' }],
    },
    {
      title: 'Endpoints out of service',
      about: 'Unhealthy or ejected, in the worst replica.',
      kind: 'stat',
      unit: 'none',
      width: 4,
      redFrom: 1,
      queries: [
        {
          expr: `max(sum by (pod) (${series('l4balancer_backend_endpoints', SCOPE, 'healthy="false"')}))`,
          legend: 'endpoints',
        },
      ],
    },
    {
      title: 'Findings',
      about: 'What the proxies find wrong; kubectl l4b why lists it.',
      kind: 'stat',
      unit: 'none',
      width: 4,
      redFrom: 1,
      queries: [{ expr: `max(${series('l4balancer_findings', SCOPE)})`, legend: 'findings' }],
    },
  ],
};
