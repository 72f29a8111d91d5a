import type { Alert } from '../alert.ts';
import { ofOperator } from '../queries.ts';

const OPERATOR = 'namespace, job';
const RECONCILES = 'controller_runtime_reconcile';

/** What the operator knows of the balancers, and how it does itself. */
export const OPERATOR_ALERTS: readonly Alert[] = [
  {
    name: 'L4BalancerNotReady',
    severity: 'critical',
    for: '10m',
    // A rollout may take long, and ends with another reason if it fails. `max`: every replica of the operator
    // reports the same balancer.
    expr: 'max by (namespace, name) (l4balancer_operator_balancers_not_ready{reason!~"Progressing|Preflight|Paused"}) > 0',
    summary: 'L4Balancer {{ $labels.namespace }}/{{ $labels.name }} is not Ready',
    description:
      'The balancer does not serve as its resource asks: kubectl l4b why {{ $labels.name }} -n {{ $labels.namespace }} says what is wrong and what to do.',
    meaning:
      'Its condition Ready is not True, for a reason other than a rollout that is under way. What it served before, it may serve still.',
    look: '`kubectl l4b why NAME` says in sentences what is wrong, first things first; `kubectl get l4b -A` shows the reason of each balancer.',
    remedy: 'See [the reason](#reasons-of-the-condition-ready) in the table above.',
  },
  {
    name: 'L4BalancerProxiesUnread',
    severity: 'warning',
    // Three polls must fail before a proxy counts, which takes less than a minute.
    for: '10m',
    expr: 'max by (namespace, name) (l4balancer_operator_proxies_unread) > 0',
    summary: 'The operator cannot read {{ $value }} proxies of {{ $labels.namespace }}/{{ $labels.name }}',
    description:
      'The status of the balancer is out of date, because the operator cannot reach the admin port of its pods: open it in network policies and firewalls.',
    meaning:
      'The pods are ready, so they serve. But status, findings and shares of limits are those that the proxies reported last.',
    look: '`kubectl l4b why NAME` says what asking the proxies failed with.',
    remedy:
      'Let the operator’s namespace reach port 9901 (`workload.adminPort`) of the pods. `networkPolicy.enabled` of the resource does; a policy of your own may not.',
  },
  {
    name: 'L4BalancerSharesWithheld',
    severity: 'warning',
    for: '5m',
    expr: 'max by (namespace, name) (l4balancer_operator_proxies_withholding_shares) > 0',
    summary:
      '{{ $value }} proxies of {{ $labels.namespace }}/{{ $labels.name }} withhold parts of a shared limit',
    description:
      'A part of a limit with scope Cluster cannot be given to other replicas, so clients may be refused below the limit: kubectl l4b why {{ $labels.name }} says which pod to bring back or to delete.',
    meaning:
      'A replica has not confirmed that its share is lower now. Until it does, or its pod is gone, nobody else gets that part, so that the sum never exceeds the limit.',
    look: 'The warning `SharesWithheld` of the resource names the pod, its node and the reason.',
    remedy: 'Bring the node back, or delete the pod as the message says; by force only if its node is off.',
  },
  {
    name: 'L4BalancerOperatorDown',
    severity: 'warning',
    for: '10m',
    expr: 'absent(l4balancer_operator_ready)',
    summary: 'No L4Balancer operator is running',
    description:
      'Prometheus scrapes no operator, so changes of L4Balancers are not applied: see its Deployment, and whether its metrics are scraped.',
    meaning:
      'Traffic goes on, and the proxies follow endpoints and listeners by themselves. But nothing is created, scaled or repaired, and no status is written. It takes all operators that Prometheus scrapes together: if it scrapes several, such as one for each cluster, this fires only when all are gone. There, alert on the `up` of each.',
    look: '`kubectl -n l4balancer-system get pods`; the targets of Prometheus, if a pod runs.',
    remedy:
      'See the pod’s events and log. If it runs, let Prometheus reach its port 8080: `monitoring.serviceMonitor` of the chart.',
  },
  {
    name: 'L4BalancerOperatorNotReady',
    severity: 'warning',
    for: '5m',
    expr: 'min by (namespace, pod) (l4balancer_operator_ready) == 0',
    summary: 'Operator {{ $labels.pod }} in {{ $labels.namespace }} cannot do its work',
    description:
      'The operator cannot reach the API server, is refused by it, or does not see who leads: its page /readyz and its log say why.',
    meaning:
      'It cannot follow what it has to, or cannot take over. Traffic goes on. If all replicas have this, nothing is applied.',
    look: '`kubectl -n l4balancer-system logs deploy/l4balancer-operator`: the line `not ready` says why.',
    remedy:
      'Refused: restore its ServiceAccount and roles with `helm upgrade`, and restart it. No connection: the network between its pod and the API server.',
  },
  {
    name: 'L4BalancerOperatorNoLeader',
    severity: 'warning',
    // After a node is lost, another replica leads after 20 seconds.
    for: '5m',
    expr: `max by (${OPERATOR}) ${ofOperator('leader_election_master_status')} == 0`,
    summary: 'No replica of the operator in {{ $labels.namespace }} leads',
    description:
      'Nobody applies changes of L4Balancers: see why no replica gets the Lease, in the log of the operator.',
    meaning:
      'Every replica is a follower. The Lease is held by somebody who is not scraped, or cannot be read or written.',
    look: '`kubectl -n l4balancer-system get lease` shows who holds it and since when; the log of the operator says what failed.',
    remedy:
      'Restore the right to write the Lease (`helm upgrade`). Stop another operator that uses the same Lease. If its holder is gone, it is taken over by itself.',
  },
  {
    name: 'L4BalancerOperatorNamespaceNotFollowed',
    severity: 'warning',
    for: '15m',
    expr: 'max by (namespace) (l4balancer_operator_namespace_followed) == 0',
    summary: 'The operator does not follow namespace {{ $labels.namespace }}',
    description:
      'L4Balancers in namespace {{ $labels.namespace }} are not reconciled: give the operator its rights there, or remove it from the chart’s namespaces.',
    meaning: 'The namespace is in `namespaces` of the chart, but the operator cannot list and watch there.',
    look: 'The page /readyz of the operator says why, for each namespace; the log as well.',
    remedy: '`helm upgrade` restores Role and RoleBinding in each namespace, which must exist.',
  },
  {
    name: 'L4BalancerOperatorReconcileErrors',
    severity: 'warning',
    // A conflict now and then, or a minute without the API server, mends itself: errors must go on for longer
    // than the rates look back.
    for: '15m',
    // What is refused for good is tried every five minutes. Over ten, there is always a try, even if scrapes
    // fail; over five, there is none for a moment before each, and the time begins anew.
    expr: `sum by (${OPERATOR}) (rate(${RECONCILES}_errors_total{controller="l4balancer"}[10m])) / (sum by (${OPERATOR}) (rate(${RECONCILES}_total{controller="l4balancer"}[10m])) > 0) > 0.1`,
    summary: '{{ $value | humanizePercentage }} of the operator’s work in {{ $labels.namespace }} fails',
    description:
      'The operator cannot bring resources in line with their specs: its log has each error with the resource and what to do.',
    meaning:
      'One in ten reconciles or more fails or is refused, and is tried again with growing pauses. Resources that are concerned may be out of date.',
    look: '`kubectl -n l4balancer-system logs deploy/l4balancer-operator` has a line for each, with `code` and `key`; `kubectl get l4b -A` shows what is refused as the reason.',
    remedy:
      'Follow the message: a missing right, a webhook or a policy that refuses, or an API server that does not answer.',
  },
];
