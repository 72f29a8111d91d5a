import type { Dashboard, Panel } from '../panel.ts';
import { ofOperator, quantileBy, rateBy, type Scope, series } from '../queries.ts';

const SCOPE: Scope = { matchers: ['namespace="$namespace"'], range: '$__rate_interval' };
/** Metrics with names of controller-runtime, which other controllers have, too. */
const CONTROLLER: Scope = { ...SCOPE, matchers: [...SCOPE.matchers, 'controller="l4balancer"'] };
const QUEUE: Scope = { ...SCOPE, matchers: [...SCOPE.matchers, 'name="l4balancer"'] };

const over = (
  title: string,
  about: string,
  unit: Panel['unit'],
  queries: Panel['queries'],
  more: Partial<Panel> = {},
): Panel => ({ title, about, kind: 'timeseries', unit, width: 8, queries, ...more });

/** How the operator does. */
export const OPERATOR: Dashboard = {
  uid: 'l4balancer-operator',
  title: 'L4Balancer / Operator',
  about: 'The operator: who leads, what it works on, and how it gets on with the API server and the proxies.',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      ofLabel: 'namespace',
      series: 'l4balancer_operator_ready',
      isMultiple: false,
    },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Ready replicas',
          about: 'Replicas that can do their work, or take over.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redBelow: 1,
          queries: [{ expr: `sum(${series('l4balancer_operator_ready', SCOPE)})`, legend: 'ready' }],
        },
        {
          title: 'Leader',
          about: 'The replica that holds the Lease.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redBelow: 1,
          queries: [
            {
              expr: `max by (pod) (${ofOperator(series('leader_election_master_status', SCOPE))}) == 1`,
              legend: '{{pod}}',
            },
          ],
        },
        {
          title: 'L4Balancers',
          about: 'By the revision that renders their pods.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          queries: [
            {
              expr: `max by (revision) (${series('l4balancer_operator_balancers', SCOPE)})`,
              legend: '{{revision}}',
            },
          ],
        },
        {
          title: 'Differences of the definition',
          about: 'Fields and values that only the operator or only the CustomResourceDefinition knows.',
          kind: 'stat',
          unit: 'none',
          width: 6,
          redFrom: 1,
          queries: [
            {
              expr: `max by (known_by) (${series('l4balancer_operator_definition_differences', SCOPE)})`,
              legend: 'only {{known_by}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Work',
      panels: [
        over('Reconciles', 'Per second, by result.', 'cps', [
          { expr: rateBy('result', 'controller_runtime_reconcile_total', CONTROLLER), legend: '{{result}}' },
        ]),
        over(
          'Duration of a reconcile',
          'Half are faster than p50, one in a hundred is slower than p99.',
          's',
          [
            {
              expr: quantileBy(0.5, 'controller', 'controller_runtime_reconcile_time_seconds', CONTROLLER),
              legend: 'p50',
            },
            {
              expr: quantileBy(0.99, 'controller', 'controller_runtime_reconcile_time_seconds', CONTROLLER),
              legend: 'p99',
            },
          ],
        ),
        over('Queue', 'Resources that wait for a worker, and busy workers.', 'none', [
          { expr: `sum(${series('workqueue_depth', QUEUE)})`, legend: 'waiting' },
          { expr: `sum(${series('controller_runtime_active_workers', CONTROLLER)})`, legend: 'busy workers' },
        ]),
        over('Time in the queue', 'One in a hundred resources waits longer than p99.', 's', [
          { expr: quantileBy(0.99, 'name', 'workqueue_queue_duration_seconds', QUEUE), legend: 'p99' },
        ]),
        over('Repairs', 'Children put back after a change by somebody else, per second, by kind.', 'cps', [
          { expr: rateBy('kind', 'l4balancer_operator_repairs_total', SCOPE), legend: '{{kind}}' },
        ]),
        over('Leadership', 'Terms that began, and failures to read or renew the Lease, per second.', 'cps', [
          {
            expr: rateBy('pod', 'l4balancer_operator_leader_elections_total', SCOPE),
            legend: '{{pod}} begins',
          },
          {
            expr: rateBy('pod', 'l4balancer_operator_leader_failures_total', SCOPE),
            legend: '{{pod}} fails',
          },
        ]),
      ],
    },
    {
      title: 'API server and proxies',
      panels: [
        over('Calls to the API server', 'Per second, by HTTP status.', 'reqps', [
          {
            expr: `sum by (code) (rate(${series('rest_client_requests_total', SCOPE)}[${SCOPE.range}]) and on (namespace, pod, instance) l4balancer_operator_ready)`,
            legend: '{{code}}',
          },
        ]),
        over('Watches', 'Lists that had to be read again, and watches lost, per second, by kind.', 'cps', [
          { expr: rateBy('kind', 'l4balancer_operator_watch_lists_total', SCOPE), legend: '{{kind}} listed' },
          { expr: rateBy('kind', 'l4balancer_operator_watch_losses_total', SCOPE), legend: '{{kind}} lost' },
        ]),
        over('Proxies', 'Serving proxies, by whether they follow their resource and its endpoints.', 'none', [
          {
            expr: `max by (following) (${series('l4balancer_operator_proxies', SCOPE)})`,
            legend: 'following: {{following}}',
          },
        ]),
        over(
          'Proxies that cannot be read or withhold shares',
          'By balancer; of all namespaces.',
          'none',
          [
            {
              expr: 'max by (namespace, name) (l4balancer_operator_proxies_unread)',
              legend: '{{namespace}}/{{name}} unread',
            },
            {
              expr: 'max by (namespace, name) (l4balancer_operator_proxies_withholding_shares)',
              legend: '{{namespace}}/{{name}} withholds',
            },
          ],
          { whenEmpty: 'none' },
        ),
        over('Processor time', 'Cores in use, by replica.', 'none', [
          {
            expr: `sum by (pod) (rate(${series('process_cpu_seconds_total', SCOPE)}[${SCOPE.range}]) and on (namespace, pod, instance) l4balancer_operator_ready)`,
            legend: '{{pod}}',
          },
        ]),
        over('Memory', 'Resident memory, by replica.', 'bytes', [
          {
            expr: ofOperator(series('process_resident_memory_bytes', SCOPE)),
            legend: '{{pod}}',
          },
        ]),
      ],
    },
  ],
};
