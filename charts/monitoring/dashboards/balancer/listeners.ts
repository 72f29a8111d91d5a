import type { Row } from '../../panel.ts';
import { endedBy, quantileBy, rateBy, series } from '../../queries.ts';
import { SCOPE } from './scope.ts';

const DURATION = 'l4balancer_listener_connection_duration_seconds';
const LIMITS =
  'ConnectionLimit|SourceConnectionLimit|ConnectionRateLimit|SourceRateLimit|UnfinishedLimit|SourceDenied|SessionLimit|EndpointsFull';

export const LISTENER_ROWS: readonly Row[] = [
  {
    title: 'Listeners',
    panels: [
      {
        title: 'Open connections',
        about: 'Connections and UDP sessions of clients, by listener.',
        kind: 'timeseries',
        unit: 'short',
        width: 8,
        queries: [
          {
            expr: `sum by (listener) (${series('l4balancer_listener_open_connections', SCOPE)})`,
            legend: '{{listener}}',
          },
        ],
      },
      {
        title: 'New connections',
        about: 'Accepted per second, by listener.',
        kind: 'timeseries',
        unit: 'cps',
        width: 8,
        queries: [
          {
            expr: rateBy('listener', 'l4balancer_listener_accepted_connections_total', SCOPE),
            legend: '{{listener}}',
          },
        ],
      },
      {
        title: 'Traffic',
        about: 'Bytes per second from clients and to them, by listener.',
        kind: 'timeseries',
        unit: 'Bps',
        width: 8,
        queries: [
          {
            expr: rateBy('listener', 'l4balancer_listener_received_bytes_total', SCOPE),
            legend: '{{listener}} from clients',
          },
          {
            expr: rateBy('listener', 'l4balancer_listener_sent_bytes_total', SCOPE),
            legend: '{{listener}} to clients',
          },
        ],
      },
      {
        title: 'Why connections ended',
        about: 'Per second, by reason; ended as they should: Finished, SessionIdle.',
        kind: 'timeseries',
        unit: 'cps',
        width: 12,
        isStacked: true,
        queries: [{ expr: `${endedBy('reason', SCOPE)} > 0`, legend: '{{reason}}' }],
      },
      {
        title: 'Duration of connections',
        about: 'Half of those that ended were shorter than p50, one in a hundred longer than p99.',
        kind: 'timeseries',
        unit: 's',
        width: 12,
        queries: [
          { expr: quantileBy(0.5, 'listener', DURATION, SCOPE), legend: '{{listener}} p50' },
          { expr: quantileBy(0.99, 'listener', DURATION, SCOPE), legend: '{{listener}} p99' },
        ],
      },
    ],
  },
  {
    title: 'Limits, TLS, UDP',
    panels: [
      {
        title: 'Refused by limits and sources',
        about: 'Clients per second, by listener and reason.',
        kind: 'timeseries',
        unit: 'cps',
        width: 8,
        whenEmpty: 'none',
        queries: [
          {
            expr: `${endedBy('listener, reason', SCOPE, `reason=~"${LIMITS}"`)} > 0`,
            legend: '{{listener}} {{reason}}',
          },
        ],
      },
      {
        title: 'TLS handshakes',
        about: 'Completed per second, with an earlier session or without, and failed ones by cause.',
        kind: 'timeseries',
        unit: 'cps',
        width: 8,
        queries: [
          {
            expr: rateBy('listener, resumed', 'l4balancer_tls_handshakes_total', SCOPE),
            legend: '{{listener}}, resumed {{resumed}}',
          },
          {
            expr: `${rateBy('listener, failure', 'l4balancer_tls_handshake_failures_total', SCOPE)} > 0`,
            legend: '{{listener}} failed: {{failure}}',
          },
        ],
      },
      {
        title: 'Datagrams',
        about: 'Of UDP listeners: received from clients, sent to them, and dropped, by cause.',
        kind: 'timeseries',
        unit: 'pps',
        width: 8,
        queries: [
          {
            expr: rateBy('listener', 'l4balancer_listener_received_datagrams_total', SCOPE),
            legend: '{{listener}} received',
          },
          {
            expr: rateBy('listener', 'l4balancer_listener_sent_datagrams_total', SCOPE),
            legend: '{{listener}} sent',
          },
          {
            expr: `${rateBy('listener, cause', 'l4balancer_listener_dropped_datagrams_total', SCOPE)} > 0`,
            legend: '{{listener}} dropped: {{cause}}',
          },
        ],
      },
    ],
  },
];
