import type { Alert } from '../alert.ts';
import { descriptorShare, EVERYWHERE } from '../queries.ts';

const POD = 'namespace, balancer, pod';

/** What happens to single proxies. */
export const REPLICA_ALERTS: readonly Alert[] = [
  {
    name: 'L4BalancerSourceLost',
    severity: 'critical',
    // Longer than the API server of a small cluster takes to restart.
    for: '5m',
    expr: `min by (${POD}) (l4balancer_source_connected) == 0`,
    summary: 'Proxy {{ $labels.pod }} of {{ $labels.namespace }}/{{ $labels.balancer }} receives no changes',
    description:
      'A proxy cannot read its resource or its endpoints and goes on with what it knew last: /status says why, such as refused credentials or no connection.',
    meaning:
      'The proxy serves its last configuration, and its last endpoints. It does not learn of endpoints that come and go, so traffic will suffer with the next change. If all proxies of a cluster have this, the API server cannot be reached.',
    look: '`kubectl l4b why NAME` says why: `Unauthorized` or `Forbidden` if its credentials are refused, otherwise what the connection failed with.',
    remedy:
      'Refused: let the operator run, which restores Role and ServiceAccount, and replaces pods whose account was replaced. No connection: the network policies of the namespace, and the API server. Without a cluster: the manifest file must exist and be readable.',
  },
  {
    name: 'L4BalancerAcceptorDied',
    severity: 'warning',
    for: '0m',
    expr: `sum by (${POD}) (increase(l4balancer_acceptor_deaths_total[15m])) > 0`,
    summary: 'An acceptor of proxy {{ $labels.pod }} of {{ $labels.namespace }}/{{ $labels.balancer }} died',
    description:
      'A thread that relays connections died or was stuck, and was replaced: its connections were lost, so report it with the proxy’s log.',
    meaning:
      'An acceptor ended by an error, or did not get on for seconds and was ended. Its connections were closed (`AcceptorDied`); a new one took its place at once. It is a fault of L4Balancer, or of the machine.',
    look: '`kubectl logs POD` has the line `acceptor died` with the error, or `acceptor is stalled and will be replaced`.',
    remedy:
      'Report it: `kubectl l4b bundle NAME` collects all that a report needs. If it happens again and again, raise the CPU limit, and go back to the version before.',
  },
  {
    name: 'L4BalancerAcceptorStuck',
    severity: 'critical',
    // A table reaches all acceptors within milliseconds.
    for: '2m',
    expr: `max by (${POD}) (l4balancer_table_version) > min by (${POD}) (l4balancer_acceptor_table_version)`,
    summary:
      'An acceptor of proxy {{ $labels.pod }} of {{ $labels.namespace }}/{{ $labels.balancer }} does not take changes',
    description:
      'One thread of the proxy still serves an older configuration than the others: delete the pod, and report it with the proxy’s log.',
    meaning:
      'Connections that this acceptor takes go by old listeners and old endpoints. A stuck acceptor is replaced within seconds; this one runs, or the proxy cannot publish.',
    look: '`kubectl l4b status NAME` shows the version of each acceptor; `kubectl logs POD` has the line `publishing the table failed` if that is the cause.',
    remedy: 'Collect `kubectl l4b bundle NAME` for a report, then delete the pod.',
  },
  {
    name: 'L4BalancerClientsWait',
    severity: 'critical',
    for: '5m',
    expr: `sum by (${POD}, errno) (increase(l4balancer_accept_pauses_total[2m])) > 0`,
    summary:
      'Clients of proxy {{ $labels.pod }} of {{ $labels.namespace }}/{{ $labels.balancer }} wait ({{ $labels.errno }})',
    description:
      'The kernel hands no clients to the proxy, because descriptors or memory ran out: raise tuning.fileDescriptors or the memory limit, or add replicas.',
    meaning:
      'Clients stay in the kernel’s queue until connections end. [Why clients wait](telemetry.md#why-clients-wait) explains each errno.',
    look: '`kubectl l4b capacity NAME` shows what the balancer can hold, what it holds, and what is short.',
    remedy:
      'EMFILE: raise `tuning.fileDescriptors`, and the limit of the container runtime. ENFILE: fs.file-max of the node. ENOBUFS, ENOMEM: the memory limit of the pods. Each also gets better with more replicas.',
  },
  {
    name: 'L4BalancerDescriptorsNearlyFull',
    severity: 'warning',
    for: '5m',
    // The same share as the finding DescriptorsShort.
    expr: `${descriptorShare(POD, EVERYWHERE)} > 0.9`,
    summary:
      '{{ $value | humanizePercentage }} of the file descriptors of proxy {{ $labels.pod }} of {{ $labels.namespace }}/{{ $labels.balancer }} are in use',
    description:
      'When the file descriptors of the proxy are used up, new clients wait: raise tuning.fileDescriptors, or add replicas.',
    meaning: 'A relayed connection holds two descriptors. At the limit, clients wait until others leave.',
    look: '`kubectl l4b capacity NAME` shows limits and use.',
    remedy:
      'Raise `tuning.fileDescriptors` (and the limit of the container runtime, if the status says that it is lower), or add replicas. If connections pile up, see whether `timeouts.idle` is too long.',
  },
  {
    name: 'L4BalancerSourcePortsNearlyFull',
    severity: 'warning',
    for: '10m',
    // A tenth of the kernel's default range, which has 28,232 ports.
    expr: `min by (${POD}, backend) (l4balancer_backend_source_ports_left) < 2800 or sum by (${POD}, backend) (rate(l4balancer_backend_connect_failures_total{failure="NoSourcePort"}[5m])) > 0`,
    summary:
      'Proxy {{ $labels.pod }} of {{ $labels.namespace }}/{{ $labels.balancer }} has few source ports for backend {{ $labels.backend }}',
    description:
      'When no source port is free, connections to an endpoint of backend {{ $labels.backend }} fail: widen net.ipv4.ip_local_port_range, or add endpoints or replicas.',
    meaning:
      'Each connection to an endpoint needs a source port of the proxy, and a port of a connection that has just ended may rest for a minute.',
    look: '`kubectl l4b capacity NAME` shows how many are left for the endpoint that has fewest.',
    remedy:
      'Widen `net.ipv4.ip_local_port_range` in `tuning.sysctls`, add endpoints or replicas, or let clients keep connections open. With a range of fewer than 2,800 ports, raise nothing and [disable this alert](telemetry.md#dashboards-and-alerts).',
  },
  {
    name: 'L4BalancerTuningNotInEffect',
    severity: 'info',
    for: '15m',
    expr: 'min by (namespace, balancer, setting) (l4balancer_tuning_in_effect) == 0',
    summary: '{{ $labels.setting }} of {{ $labels.namespace }}/{{ $labels.balancer }} is not as requested',
    description:
      'The kernel or the container runtime gave the proxy less than the resource requests: status.tuning says on which node, why, and what to change.',
    meaning:
      'The balancer works, with less than it was meant to have. Under load it may run into a limit sooner.',
    look: '`kubectl l4b status NAME` lists each setting as requested and as in effect, with a hint.',
    remedy: 'Follow the hint, or request what the nodes allow. [tuning.md](tuning.md) has all settings.',
  },
  {
    name: 'L4BalancerLogFails',
    severity: 'warning',
    for: '10m',
    expr: 'sum by (namespace, pod) (increase(l4balancer_output_failures_total[5m]) or increase(l4balancer_operator_output_failures_total[5m])) > 0',
    summary: 'Pod {{ $labels.pod }} in {{ $labels.namespace }} cannot write its log',
    description:
      'Standard output of the pod fails, so lines of its log and access log are lost: free space on the node’s disk, or see its container runtime.',
    meaning:
      'Writing is tried again each second; up to one MiB waits meanwhile, and the rest is lost. Traffic does not depend on it.',
    look: '`l4balancer_output_failures_total` has the error: `ENOSPC` is a full disk, `EPIPE` a reader that is gone.',
    remedy: 'Free space on the node, or restart what reads the logs of its containers.',
  },
  {
    name: 'L4BalancerOtlpFails',
    severity: 'warning',
    // A collector that restarts mends itself: failures must go on for longer than the rates look back.
    for: '15m',
    // Metrics may be sent seldom; over ten minutes, there are some at each usual interval.
    expr: 'sum by (namespace, pod) (increase(l4balancer_otlp_requests_total{result="failed"}[10m]) or increase(l4balancer_otlp_lost_records_total[10m]) or increase(l4balancer_operator_otlp_requests_total{result="failed"}[10m])) > 0',
    summary: 'What pod {{ $labels.pod }} in {{ $labels.namespace }} sends by OTLP does not arrive',
    description:
      'Metrics or records of the access log are lost on the way to the collector: correct the endpoint, or see whether the collector takes what it is sent.',
    meaning:
      'Requests fail after retries, or connections are missing from the access log at the collector. What is lost is not sent again. Traffic does not depend on it.',
    look: 'The warning `OtlpFails` of the resource has the error; the operator logs it. `l4balancer_otlp_lost_records_total` has the `cause`: `queue_full` means that connections end faster than the collector takes them, `refused` that it does not want all of them.',
    remedy:
      'Correct `otlp.endpoint`, or let the pods reach the collector. If it is too slow, give it more room, or let `accessLog` select fewer connections.',
  },
];
