import type { Alert } from '../alert.ts';
import {
  EVERYWHERE,
  failed,
  failedShare,
  lostDatagramShare,
  RECENTLY,
  refusedShare,
  unhealthyShare,
  withoutEndpoint,
} from '../queries.ts';

const LISTENER = 'namespace, balancer, listener';
const BACKEND = 'namespace, balancer, backend';

/** What happens to clients. */
export const TRAFFIC_ALERTS: readonly Alert[] = [
  {
    name: 'L4BalancerNoEndpoint',
    severity: 'critical',
    // Longer than the rate looks back: one client does not make an alert, nor does a backend that is
    // replaced as a whole and has none for a moment.
    for: '3m',
    expr: `${withoutEndpoint(LISTENER, RECENTLY)} > 0`,
    summary:
      'Listener {{ $labels.listener }} of {{ $labels.namespace }}/{{ $labels.balancer }} has no endpoint',
    description:
      'Clients of listener {{ $labels.listener }} are refused, because its backend has no endpoint: start pods of its Service that are ready, or undrain endpoints.',
    meaning:
      'Clients connect, and there is no endpoint to connect them to: the Service has no ready pod, or all endpoints are drained or have weight 0. An endpoint that is only unhealthy does not cause this: if too few are healthy, all are used.',
    look: '`kubectl l4b why NAME` says which backend it is, and why it has none; `kubectl l4b status NAME` shows the endpoints of each backend.',
    remedy:
      'Start pods that match the selector of the Service, and see why those that exist are not ready (`kubectl describe pod`). `kubectl l4b undrain` takes drained endpoints back.',
  },
  {
    name: 'L4BalancerConnectionsFail',
    severity: 'critical',
    // A minute without any endpoint that works is over before somebody is awake.
    for: '3m',
    // Some endpoint always restarts somewhere; and in the night, three clients of which one fails are no
    // alarm.
    expr: `(${failedShare(LISTENER, RECENTLY)}) > 0.05 and (${failed(LISTENER, RECENTLY)}) > 0.05`,
    summary:
      '{{ $value | humanizePercentage }} of the clients of listener {{ $labels.listener }} of {{ $labels.namespace }}/{{ $labels.balancer }} cannot be connected',
    description:
      'More than one in twenty clients of listener {{ $labels.listener }} reaches no endpoint: see the reasons in l4balancer_connections_closed_total, and whether the endpoints are up.',
    meaning:
      'The proxies let clients in, and could not connect them to an endpoint, although each was tried as often as `connect.retries` allows. Clients see a reset.',
    look: '`kubectl l4b why NAME` names the reason and the endpoints that fail. `kubectl l4b top NAME` counts the reasons, and `kubectl l4b log NAME -f` shows single connections, if `accessLog` is on. [Why a connection ended](#why-a-connection-ended) explains each reason.',
    remedy:
      '`ConnectFailed`, `ConnectTimeout`: the endpoints, or the network to them. `NoDescriptors`, `NoSourcePort`: see the alerts about those. `EndpointNotVerified`: the certificates of the endpoints, or the CA bundle of the backend. Without `outlierDetection` or `healthCheck`, a dead endpoint is tried again for each client.',
  },
  {
    name: 'L4BalancerEndpointsUnhealthy',
    severity: 'warning',
    for: '5m',
    // With half of them out, the other half has twice its load.
    expr: `${unhealthyShare(BACKEND, EVERYWHERE)} >= 0.5`,
    summary:
      '{{ $value | humanizePercentage }} of the endpoints of backend {{ $labels.backend }} of {{ $labels.namespace }}/{{ $labels.balancer }} are unhealthy or ejected',
    description:
      'Half of the endpoints of backend {{ $labels.backend }} or more are out of service: see why their health checks or connections fail.',
    meaning:
      'Health checks of these endpoints fail, or they are ejected because connections to them failed. The rest takes their load. When none is healthy, or fewer than `panicThresholdPercent`, all are used again, healthy or not.',
    look: '`kubectl l4b status NAME` shows each endpoint with its health, since when, and why it is out, and until when.',
    remedy:
      'Restore the endpoints. If they work, the check asks for something wrong: correct `healthCheck`, or relax `outlierDetection`.',
  },
  {
    name: 'L4BalancerLimitRefuses',
    severity: 'warning',
    // A burst is what a limit is for; half an hour is a limit that is too low, or an attack.
    for: '30m',
    expr: `(${refusedShare(LISTENER, EVERYWHERE)}) > 0.01`,
    summary:
      'Limits refuse {{ $value | humanizePercentage }} of the clients of listener {{ $labels.listener }} of {{ $labels.namespace }}/{{ $labels.balancer }}',
    description:
      'A limit of listener {{ $labels.listener }} or of its endpoints has refused clients for half an hour: raise it, or find the clients that cause it.',
    meaning:
      'More than one in a hundred clients is refused by `limits.connections`, `limits.connectionRate` or `maxConnectionsPerEndpoint`, or as a UDP session that finds no room. What limits by source refuse does not count.',
    look: '`kubectl l4b top NAME` counts the reasons, and shows the sources with the most connections. `status.listeners` has `limiting: true`.',
    remedy:
      'Raise the limit, or add endpoints or replicas. If few sources cause it, `limits.connectionsPerSource` and `limits.connectionRatePerSource` leave room for the others.',
  },
  {
    name: 'L4BalancerDatagramsDropped',
    severity: 'warning',
    for: '10m',
    // Below that, what uses UDP repeats what it lost.
    expr: `(${lostDatagramShare(LISTENER, EVERYWHERE)}) > 0.01`,
    summary:
      '{{ $value | humanizePercentage }} of the datagrams of listener {{ $labels.listener }} of {{ $labels.namespace }}/{{ $labels.balancer }} are lost',
    description:
      'More than one in a hundred datagrams of listener {{ $labels.listener }} is dropped: see the causes in l4balancer_listener_dropped_datagrams_total.',
    meaning:
      'Datagrams came faster than they were taken, could not be sent, or there was no room for sessions. Those that limits and sources refuse do not count.',
    look: '`l4balancer_listener_dropped_datagrams_total` has the `cause`; [the table in telemetry.md](telemetry.md#sessions-of-udp) says what each means.',
    remedy:
      '`QueueFull`, `AnswerQueueFull`: raise net.core.rmem_max, acceptors or replicas. `ToEndpoint`, `ToClient`: raise net.core.wmem_max, and see routes and firewalls. `NoResources`: raise `tuning.fileDescriptors`. `EndpointFailed`: the endpoints.',
  },
];
