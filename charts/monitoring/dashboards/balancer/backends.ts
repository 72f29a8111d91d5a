import type { Row } from '../../panel.ts';
import { quantileBy, rateBy, series } from '../../queries.ts';
import { SCOPE } from './scope.ts';

const CONNECT = 'l4balancer_backend_connect_duration_seconds';

export const BACKEND_ROW: Row = {
  title: 'Backends and endpoints',
  panels: [
    {
      title: 'Endpoints by health',
      about: 'In the worst replica. Ejected endpoints count as unhealthy.',
      kind: 'timeseries',
      unit: 'none',
      width: 8,
      queries: [
        {
          expr: `min by (backend) (${series('l4balancer_backend_endpoints', SCOPE, 'healthy="true"')})`,
          legend: '{{backend}} healthy',
        },
        {
          expr: `max by (backend) (${series('l4balancer_backend_endpoints', SCOPE, 'healthy="false"')})`,
          legend: '{{backend}} out of service',
        },
      ],
    },
    {
      title: 'Time to connect',
      about: 'Of successful attempts to connect to endpoints.',
      kind: 'timeseries',
      unit: 's',
      width: 8,
      queries: [
        { expr: quantileBy(0.5, 'backend', CONNECT, SCOPE), legend: '{{backend}} p50' },
        { expr: quantileBy(0.99, 'backend', CONNECT, SCOPE), legend: '{{backend}} p99' },
      ],
    },
    {
      title: 'Failed attempts to connect',
      about: 'Per second, by backend and cause. A client sees one only if all attempts fail.',
      kind: 'timeseries',
      unit: 'cps',
      width: 8,
      whenEmpty: 'none',
      queries: [
        {
          expr: `${rateBy('backend, failure', 'l4balancer_backend_connect_failures_total', SCOPE)} > 0`,
          legend: '{{backend}} {{failure}}',
        },
      ],
    },
    {
      title: 'Open connections by endpoint',
      about: 'The twenty with most. Backends of more than 1,024 endpoints in all have none by endpoint.',
      kind: 'timeseries',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: `topk(20, sum by (backend, endpoint) (${series('l4balancer_endpoint_open_connections', SCOPE)}))`,
          legend: '{{backend}} {{endpoint}}',
        },
      ],
    },
    {
      title: 'New connections by endpoint',
      about: 'Established per second, of the twenty with most.',
      kind: 'timeseries',
      unit: 'cps',
      width: 8,
      queries: [
        {
          expr: `topk(20, ${rateBy('backend, endpoint', 'l4balancer_endpoint_connections_total', SCOPE)})`,
          legend: '{{backend}} {{endpoint}}',
        },
      ],
    },
    {
      title: 'Retries and waiting',
      about: 'Attempts after the first one, and connections that waited because every endpoint was full.',
      kind: 'timeseries',
      unit: 'cps',
      width: 8,
      queries: [
        {
          expr: rateBy('backend', 'l4balancer_connect_retries_total', SCOPE),
          legend: '{{backend}} retries',
        },
        {
          expr: rateBy('backend', 'l4balancer_backend_queued_connections_total', SCOPE),
          legend: '{{backend}} waited',
        },
      ],
    },
  ],
};
