import type { ALERTS } from '../../../charts/monitoring/all-alerts.ts';

/** A series: five minutes of health, an hour of trouble, and health again, in steps of 30 seconds. */
export type Course = readonly [series: string, values: string];

/** What makes an alert fire, and what it then says. */
export interface Trouble {
  readonly alert: (typeof ALERTS)[number]['name'];
  readonly courses: readonly Course[];
  readonly labels: Readonly<Record<string, string>>;
  /** How the value is written in the summary. */
  readonly value?: string;
}

const HEALTHY = 10;
const BAD = 119;
const AFTER = 50;

/** A gauge with one value in health and another in trouble. */
const gauge = (series: string, healthy: number, bad: number): Course => [
  series,
  `${healthy}+0x${HEALTHY} ${bad}+0x${BAD} ${healthy}+0x${AFTER}`,
];

/** A counter that rises in each step of the trouble. */
const rises = (series: string, by = 1): Course => [
  series,
  `0+0x${HEALTHY} ${by}+${by}x${BAD} ${by * (BAD + 1)}+0x${AFTER}`,
];

/**
 * A counter that rises seldom during the trouble: once in five minutes, and the scrape after that sees it. If
 * the scrapes, which are never late here, saw it after exactly five, each range of five would have a rise.
 */
const risesSeldom = (series: string): Course => {
  const steps = 11;
  const rises = Math.floor(BAD / steps);
  const tries = Array.from({ length: rises }, (_, before) => `${before + 1}+0x${steps - 1}`);
  return [series, `0+0x${HEALTHY} ${tries.join(' ')} ${rises}+0x${BAD - rises * steps + AFTER}`];
};

/** A counter that rises in the first minute of the trouble alone. */
const risesForAMinute = (series: string): Course => [series, `0+0x${HEALTHY} 5 10 10+0x${BAD - 2 + AFTER}`];

/** A counter that always rises. */
const goesOn = (series: string, by: number): Course => [series, `0+${by}x${HEALTHY + BAD + AFTER + 2}`];

/** A series that exists during the trouble alone. */
const appears = (series: string, value: number): Course => [
  series,
  `_x${HEALTHY + 1} ${value}+0x${BAD} _x${AFTER}`,
];

const constant = (series: string, value: number): Course => gauge(series, value, value);

const BALANCER = { namespace: 'shop', balancer: 'edge' };
const ofPod = (metric: string, labels = '', pod = 'edge-a'): string =>
  `${metric}{namespace="shop",balancer="edge",pod="${pod}",job="proxies",instance="${pod}:9901"${labels === '' ? '' : `,${labels}`}}`;
const ofOperator = (metric: string, labels = '', pod = 'operator-a'): string =>
  `${metric}{namespace="l4balancer-system",pod="${pod}",job="operator",instance="${pod}:8080"${labels === '' ? '' : `,${labels}`}}`;
/** A series about a balancer keeps the namespace of the balancer. */
const aboutBalancer = (metric: string, labels = ''): string =>
  `${metric}{namespace="shop",name="edge",pod="operator-a",job="operator",instance="operator-a:8080"${labels}}`;

const closed = (reason: string): string =>
  ofPod(
    'l4balancer_connections_closed_total',
    `listener="web",reason="${reason}",ended_by="Proxy",phase="Connecting"`,
  );
const accepted = goesOn(
  ofPod('l4balancer_listener_accepted_connections_total', 'listener="web",port="80"'),
  12,
);
const POD = { ...BALANCER, pod: 'edge-a' };
const ALMOST_12_DAYS = 1_000_000;
const NINETY_DAYS = 7_776_000;

/** One for each alert. */
export const TROUBLES: readonly Trouble[] = [
  {
    alert: 'L4BalancerNoEndpoint',
    courses: [rises(closed('NoEndpoint'))],
    labels: { ...BALANCER, listener: 'web' },
  },
  {
    alert: 'L4BalancerNoEndpoint',
    courses: [
      rises(
        ofPod('l4balancer_listener_dropped_datagrams_total', 'listener="dns",port="53",cause="NoEndpoint"'),
      ),
      constant(closed('NoEndpoint').replace('"web"', '"dns"'), 0),
    ],
    labels: { ...BALANCER, listener: 'dns' },
  },
  {
    alert: 'L4BalancerConnectionsFail',
    courses: [rises(closed('ConnectFailed'), 6), accepted],
    labels: { ...BALANCER, listener: 'web' },
    value: '50%',
  },
  {
    alert: 'L4BalancerEndpointsUnhealthy',
    courses: [
      gauge(ofPod('l4balancer_backend_endpoints', 'backend="web",healthy="true"'), 4, 2),
      gauge(ofPod('l4balancer_backend_endpoints', 'backend="web",healthy="false"'), 0, 2),
      constant(ofPod('l4balancer_backend_endpoints', 'backend="web",healthy="true"', 'edge-b'), 4),
      constant(ofPod('l4balancer_backend_endpoints', 'backend="web",healthy="false"', 'edge-b'), 0),
    ],
    labels: { ...BALANCER, backend: 'web' },
    value: '50%',
  },
  {
    alert: 'L4BalancerLimitRefuses',
    courses: [
      rises(closed('ConnectionLimit'), 6),
      // What limits by source refuse is no trouble.
      goesOn(closed('SourceConnectionLimit'), 6),
      accepted,
    ],
    labels: { ...BALANCER, listener: 'web' },
    value: '50%',
  },
  {
    alert: 'L4BalancerDatagramsDropped',
    courses: [
      rises(
        ofPod('l4balancer_listener_dropped_datagrams_total', 'listener="dns",port="53",cause="QueueFull"'),
      ),
      goesOn(ofPod('l4balancer_listener_received_datagrams_total', 'listener="dns",port="53"'), 10),
      goesOn(ofPod('l4balancer_listener_sent_datagrams_total', 'listener="dns",port="53"'), 10),
    ],
    labels: { ...BALANCER, listener: 'dns' },
    value: '5%',
  },
  {
    alert: 'L4BalancerSourceLost',
    courses: [
      gauge(ofPod('l4balancer_source_connected'), 1, 0),
      constant(ofPod('l4balancer_source_connected', '', 'edge-b'), 1),
    ],
    labels: POD,
  },
  {
    alert: 'L4BalancerAcceptorDied',
    courses: [rises(ofPod('l4balancer_acceptor_deaths_total'))],
    labels: POD,
  },
  {
    alert: 'L4BalancerAcceptorStuck',
    courses: [
      constant(ofPod('l4balancer_table_version'), 5),
      constant(ofPod('l4balancer_acceptor_table_version', 'acceptor="0"'), 5),
      gauge(ofPod('l4balancer_acceptor_table_version', 'acceptor="1"'), 5, 4),
    ],
    labels: POD,
  },
  {
    alert: 'L4BalancerClientsWait',
    courses: [rises(ofPod('l4balancer_accept_pauses_total', 'errno="EMFILE"'))],
    labels: { ...POD, errno: 'EMFILE' },
  },
  {
    alert: 'L4BalancerDescriptorsNearlyFull',
    courses: [
      gauge(ofPod('l4balancer_descriptors_held'), 80, 95),
      constant(ofPod('l4balancer_descriptors_limit'), 100),
    ],
    labels: POD,
    value: '95%',
  },
  {
    alert: 'L4BalancerSourcePortsNearlyFull',
    courses: [gauge(ofPod('l4balancer_backend_source_ports_left', 'backend="web"'), 3_000, 100)],
    labels: { ...POD, backend: 'web' },
  },
  {
    alert: 'L4BalancerSourcePortsNearlyFull',
    courses: [
      constant(ofPod('l4balancer_backend_source_ports_left', 'backend="web"'), 28_000),
      rises(ofPod('l4balancer_backend_connect_failures_total', 'backend="web",failure="NoSourcePort"')),
    ],
    labels: { ...POD, backend: 'web' },
  },
  {
    alert: 'L4BalancerTuningNotInEffect',
    courses: [gauge(ofPod('l4balancer_tuning_in_effect', 'setting="net.core.somaxconn"'), 1, 0)],
    labels: { ...BALANCER, setting: 'net.core.somaxconn' },
  },
  {
    alert: 'L4BalancerLogFails',
    courses: [rises(ofPod('l4balancer_output_failures_total', 'code="ENOSPC"'))],
    labels: { namespace: 'shop', pod: 'edge-a' },
  },
  {
    alert: 'L4BalancerLogFails',
    courses: [rises(ofOperator('l4balancer_operator_output_failures_total', 'code="EPIPE"'))],
    labels: { namespace: 'l4balancer-system', pod: 'operator-a' },
  },
  {
    alert: 'L4BalancerOtlpFails',
    courses: [
      rises(ofPod('l4balancer_otlp_requests_total', 'signal="metrics",result="failed"')),
      goesOn(ofPod('l4balancer_otlp_requests_total', 'signal="logs",result="ok"'), 1),
      goesOn(ofPod('l4balancer_otlp_requests_total', 'signal="logs",result="ok"', 'edge-b'), 1),
    ],
    labels: { namespace: 'shop', pod: 'edge-a' },
  },
  {
    // The collector takes requests, but not all that is in them; and few connections end.
    alert: 'L4BalancerOtlpFails',
    courses: [risesSeldom(ofPod('l4balancer_otlp_lost_records_total', 'cause="refused"'))],
    labels: { namespace: 'shop', pod: 'edge-a' },
  },
  {
    alert: 'L4BalancerOtlpFails',
    courses: [rises(ofOperator('l4balancer_operator_otlp_requests_total', 'result="failed"'))],
    labels: { namespace: 'l4balancer-system', pod: 'operator-a' },
  },
  {
    alert: 'L4BalancerCertificateExpires',
    courses: [
      gauge(
        ofPod('l4balancer_certificate_expiry_timestamp_seconds', 'name="web-tls"'),
        NINETY_DAYS,
        ALMOST_12_DAYS,
      ),
      constant(ofPod('l4balancer_certificate_not_before_timestamp_seconds', 'name="web-tls"'), -NINETY_DAYS),
      // It is valid for a week, and not yet near its end.
      constant(ofPod('l4balancer_certificate_expiry_timestamp_seconds', 'name="short"'), 604_800),
      constant(ofPod('l4balancer_certificate_not_before_timestamp_seconds', 'name="short"'), 0),
    ],
    labels: { ...BALANCER, name: 'web-tls' },
    value: '11d 12h 46m 40s',
  },
  {
    alert: 'L4BalancerCertificateExpired',
    courses: [
      gauge(ofPod('l4balancer_certificate_expiry_timestamp_seconds', 'name="web-tls"'), NINETY_DAYS, 60),
    ],
    labels: { ...BALANCER, name: 'web-tls' },
  },
  {
    alert: 'L4BalancerCertificateUnusable',
    courses: [gauge(ofPod('l4balancer_certificate_unusable', 'name="web-tls"'), 0, 1)],
    labels: { ...BALANCER, name: 'web-tls' },
  },
  {
    alert: 'L4BalancerSourceListUnusable',
    courses: [
      gauge(ofPod('l4balancer_source_list_unusable', 'list="partners"'), 0, 1),
      constant(ofPod('l4balancer_source_list_unusable', 'list="partners"', 'edge-b'), 0),
      constant(ofPod('l4balancer_source_list_unusable', 'list="blocked"'), 0),
    ],
    labels: { ...BALANCER, list: 'partners' },
  },
  {
    alert: 'L4BalancerNotReady',
    courses: [
      appears(aboutBalancer('l4balancer_operator_balancers_not_ready', ',reason="NoEndpoints"'), 1),
      // A rollout is no trouble.
      constant(
        aboutBalancer('l4balancer_operator_balancers_not_ready', ',reason="Progressing"').replace(
          '"edge"',
          '"new"',
        ),
        1,
      ),
    ],
    labels: { namespace: 'shop', name: 'edge' },
  },
  {
    alert: 'L4BalancerProxiesUnread',
    courses: [appears(aboutBalancer('l4balancer_operator_proxies_unread'), 2)],
    labels: { namespace: 'shop', name: 'edge' },
    value: '2',
  },
  {
    alert: 'L4BalancerSharesWithheld',
    courses: [appears(aboutBalancer('l4balancer_operator_proxies_withholding_shares'), 1)],
    labels: { namespace: 'shop', name: 'edge' },
    value: '1',
  },
  {
    alert: 'L4BalancerOperatorDown',
    courses: [[ofOperator('l4balancer_operator_ready'), `1+0x${HEALTHY} _x${BAD + 1} 1+0x${AFTER}`]],
    labels: {},
  },
  {
    alert: 'L4BalancerOperatorNotReady',
    courses: [gauge(ofOperator('l4balancer_operator_ready'), 1, 0)],
    labels: { namespace: 'l4balancer-system', pod: 'operator-a' },
  },
  {
    alert: 'L4BalancerOperatorNoLeader',
    courses: [
      gauge(ofOperator('leader_election_master_status', 'name="l4balancer-operator"'), 1, 0),
      constant(ofOperator('leader_election_master_status', 'name="l4balancer-operator"', 'operator-b'), 0),
      constant(ofOperator('l4balancer_operator_ready'), 1),
      constant(ofOperator('l4balancer_operator_ready', '', 'operator-b'), 1),
      // Another controller with a metric of this name is not ours.
      constant(
        'leader_election_master_status{name="theirs",namespace="theirs",pod="theirs",job="theirs",instance="b:1"}',
        0,
      ),
    ],
    labels: { namespace: 'l4balancer-system', job: 'operator' },
  },
  {
    alert: 'L4BalancerOperatorNamespaceNotFollowed',
    courses: [
      gauge(aboutBalancer('l4balancer_operator_namespace_followed').replace(',name="edge"', ''), 1, 0),
    ],
    labels: { namespace: 'shop' },
  },
  {
    alert: 'L4BalancerOperatorReconcileErrors',
    courses: [
      rises(ofOperator('controller_runtime_reconcile_errors_total', 'controller="l4balancer"'), 5),
      goesOn(ofOperator('controller_runtime_reconcile_total', 'controller="l4balancer",result="error"'), 10),
      // Errors of another controller are not ours.
      goesOn(ofOperator('controller_runtime_reconcile_errors_total', 'controller="other"'), 10),
    ],
    labels: { namespace: 'l4balancer-system', job: 'operator' },
    value: '50%',
  },
  {
    // One balancer is refused for good, and nothing else changes.
    alert: 'L4BalancerOperatorReconcileErrors',
    courses: [
      risesSeldom(ofOperator('controller_runtime_reconcile_errors_total', 'controller="l4balancer"')),
      risesSeldom(ofOperator('controller_runtime_reconcile_total', 'controller="l4balancer",result="error"')),
    ],
    labels: { namespace: 'l4balancer-system', job: 'operator' },
    value: '100%',
  },
];

/** What must fire no alert. */
export const CALMS: readonly Pick<Trouble, 'alert' | 'courses'>[] = [
  {
    // The collector restarts.
    alert: 'L4BalancerOtlpFails',
    courses: [risesForAMinute(ofPod('l4balancer_otlp_requests_total', 'signal="logs",result="failed"'))],
  },
  {
    // The API server restarts.
    alert: 'L4BalancerOperatorReconcileErrors',
    courses: [
      risesForAMinute(ofOperator('controller_runtime_reconcile_errors_total', 'controller="l4balancer"')),
      risesForAMinute(
        ofOperator('controller_runtime_reconcile_total', 'controller="l4balancer",result="error"'),
      ),
    ],
  },
];
