import type { Dashboard } from '../panel.ts';
import {
  countKnown,
  descriptorShare,
  failedShare,
  orUnknown,
  rateBy,
  type Scope,
  series,
  WITHOUT_OPERATOR,
} from '../queries.ts';

const SCOPE: Scope = { matchers: ['namespace=~"$namespace"'], range: '$__rate_interval' };
const BALANCER = 'namespace, balancer';
const LEGEND = '{{namespace}}/{{balancer}}';
const NOT_READY = series('l4balancer_operator_balancers_not_ready', SCOPE);
const PROXIES = series('l4balancer_build_info', SCOPE);

/** All balancers beside each other. */
export const FLEET: Dashboard = {
  uid: 'l4balancer-fleet',
  title: 'L4Balancer / Fleet',
  about: 'All load balancers of a cluster: which are in trouble, and which have the most to do.',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      ofLabel: 'namespace',
      series: 'l4balancer_build_info',
      isMultiple: true,
    },
  ],
  rows: [
    {
      title: 'Health',
      panels: [
        {
          title: 'Not Ready',
          about: 'L4Balancers whose condition Ready is not True; unknown while no operator says so.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redFrom: 1,
          queries: [
            {
              expr: countKnown(`max by (namespace, name) (${NOT_READY})`),
              legend: 'not ready',
            },
            { expr: WITHOUT_OPERATOR, legend: 'unknown: no operator is ready' },
          ],
          isNamed: true,
        },
        {
          title: 'Proxies',
          about: 'Proxy pods that are scraped.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redBelow: 1,
          queries: [{ expr: `count(${PROXIES}) or vector(0)`, legend: 'proxies' }],
        },
        {
          title: 'Proxies without their source',
          about: 'They serve what they knew last, and receive no changes.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redFrom: 1,
          queries: [
            {
              expr: `count(${series('l4balancer_source_connected', SCOPE)} == 0) or vector(0)`,
              legend: 'proxies',
            },
          ],
        },
        {
          title: 'Alerts',
          about: 'Alerts of L4Balancer that fire, if its rules are installed. Of all namespaces.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redFrom: 1,
          queries: [
            {
              expr: 'count(ALERTS{alertname=~"L4Balancer.+", alertstate="firing", severity!="info"}) or vector(0)',
              legend: 'firing',
            },
          ],
        },
        {
          title: 'Why not Ready',
          about: 'The reason of each balancer that is not Ready; kubectl l4b why NAME says more.',
          kind: 'table',
          unit: 'none',
          width: 12,
          whenEmpty: 'all are Ready',
          queries: [
            {
              expr: orUnknown(`max by (namespace, name, reason) (${NOT_READY})`),
              legend: '',
            },
          ],
        },
        {
          title: 'Problems',
          about: 'How many balancers have proxies that report a problem, by reason. Of all namespaces.',
          kind: 'table',
          unit: 'none',
          width: 12,
          whenEmpty: 'none',
          queries: [
            {
              expr: orUnknown('max by (reason) (l4balancer_operator_balancers_with_problem) > 0'),
              legend: '',
            },
          ],
        },
      ],
    },
    {
      title: 'Traffic',
      panels: [
        {
          title: 'Open connections',
          about: 'Connections and UDP sessions of clients.',
          kind: 'timeseries',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (${BALANCER}) (${series('l4balancer_listener_open_connections', SCOPE)})`,
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'New connections',
          about: 'Connections and UDP sessions that were accepted, per second.',
          kind: 'timeseries',
          unit: 'cps',
          width: 12,
          queries: [
            {
              expr: rateBy(BALANCER, 'l4balancer_listener_accepted_connections_total', SCOPE),
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'Traffic',
          about: 'Bytes per second of both directions.',
          kind: 'timeseries',
          unit: 'Bps',
          width: 12,
          queries: [
            {
              expr: `${rateBy(BALANCER, 'l4balancer_listener_received_bytes_total', SCOPE)} + ${rateBy(BALANCER, 'l4balancer_listener_sent_bytes_total', SCOPE)}`,
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'Clients that cannot be connected',
          about: 'Share of the accepted clients. Above 5 % an alert fires.',
          kind: 'timeseries',
          unit: 'percentunit',
          width: 12,
          queries: [{ expr: failedShare(BALANCER, SCOPE), legend: LEGEND }],
        },
      ],
    },
    {
      title: 'Room',
      panels: [
        {
          title: 'File descriptors in use',
          about: 'Share of those that connections may hold, in the fullest proxy of each balancer.',
          kind: 'timeseries',
          unit: 'percentunit',
          width: 8,
          queries: [{ expr: descriptorShare(BALANCER, SCOPE), legend: LEGEND }],
        },
        {
          title: 'Source ports left',
          about: 'For the endpoint that has fewest.',
          kind: 'timeseries',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `min by (${BALANCER}) (${series('l4balancer_backend_source_ports_left', SCOPE)})`,
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'Processor time',
          about: 'Cores in use, by balancer.',
          kind: 'timeseries',
          unit: 'none',
          width: 8,
          queries: [
            {
              expr: `sum by (${BALANCER}) (rate(${series('process_cpu_seconds_total', SCOPE)}[${SCOPE.range}]) and on (namespace, pod) ${PROXIES})`,
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'Certificates by time left',
          about: 'Those that expire first.',
          kind: 'table',
          unit: 's',
          width: 24,
          queries: [
            {
              expr: `bottomk(20, min by (${BALANCER}, name) (${series('l4balancer_certificate_expiry_timestamp_seconds', SCOPE)}) - time())`,
              legend: '',
            },
          ],
        },
      ],
    },
  ],
};
