/** One setting of the operator: its flag, its environment variable, and what it means. */
export interface Flag {
  readonly flag: string;
  readonly variable: string;
  readonly value: string;
  /** The default, as --help shows it; undefined if there is none. */
  readonly fallback?: string;
  readonly meaning: string;
  /** The flag may be given without a value, which means true. */
  readonly isSwitch?: true;
}

/** Every setting: the parser and --help both read this table. */
export const FLAGS = {
  proxyImage: {
    flag: '--proxy-image',
    variable: 'L4B_PROXY_IMAGE',
    value: 'IMAGE',
    meaning: 'image of the proxy pods if workload.image is omitted; required',
  },
  proxyImagePullPolicy: {
    flag: '--proxy-image-pull-policy',
    variable: 'L4B_PROXY_IMAGE_PULL_POLICY',
    value: 'POLICY',
    fallback: 'IfNotPresent',
    meaning: 'IfNotPresent, Always or Never',
  },
  healthAddress: {
    flag: '--health-address',
    variable: 'L4B_HEALTH_ADDRESS',
    value: 'ADDRESS',
    fallback: ':8081',
    meaning: '/healthz and /readyz; :8081, 127.0.0.1:8081, [::1]:8081',
  },
  metricsAddress: {
    flag: '--metrics-address',
    variable: 'L4B_METRICS_ADDRESS',
    value: 'ADDRESS',
    fallback: ':8080',
    meaning: '/metrics for Prometheus; may be the same as the health address',
  },
  pageAddress: {
    flag: '--page-address',
    variable: 'L4B_PAGE_ADDRESS',
    value: 'ADDRESS',
    fallback: '127.0.0.1:8082',
    meaning: 'page of all balancers, at a loopback address, for kubectl l4b dashboard; off for none',
  },
  pageForTokens: {
    flag: '--page-for-tokens',
    variable: 'L4B_PAGE_FOR_TOKENS',
    value: 'BOOL',
    fallback: 'false',
    isSwitch: true,
    meaning: 'serve that page at the metrics address, too, to tokens that may get L4Balancers',
  },
  otlpEndpoint: {
    flag: '--otlp-endpoint',
    variable: 'L4B_OTLP_ENDPOINT',
    value: 'URL',
    meaning:
      'collector to send metrics to every 30 s, by OTLP over HTTP, such as http://collector.observability:4318',
  },
  logLevel: {
    flag: '--log-level',
    variable: 'L4B_LOG_LEVEL',
    value: 'LEVEL',
    fallback: 'info',
    meaning: 'error, warn, info or debug',
  },
  kubeconfig: {
    flag: '--kubeconfig',
    variable: 'KUBECONFIG',
    value: 'FILE',
    meaning: 'how to reach the API server; default: the pod’s service account, or else ~/.kube/config',
  },
  workers: {
    flag: '--workers',
    variable: 'L4B_WORKERS',
    value: 'N',
    fallback: '16',
    meaning: 'resources reconciled concurrently, 1 to 64',
  },
  dryRun: {
    flag: '--dry-run',
    variable: 'L4B_DRY_RUN',
    value: 'BOOL',
    fallback: 'false',
    isSwitch: true,
    meaning: 'print what would be created, changed and removed in the cluster, write nothing, and exit',
  },
  output: {
    flag: '--output',
    variable: 'L4B_OUTPUT',
    value: 'FORM',
    fallback: 'yaml',
    meaning: 'output format of render: yaml or json',
  },
  apiRate: {
    flag: '--api-rate',
    variable: 'L4B_API_RATE',
    value: 'N',
    fallback: '400',
    meaning:
      'calls to the API server per second, not counting watches, 1 to 10000; bursts may be twice as large',
  },
  leaderElect: {
    flag: '--leader-elect',
    variable: 'L4B_LEADER_ELECT',
    value: 'BOOL',
    fallback: 'true',
    meaning: 'elect one of several replicas by a Lease; false for a single replica',
  },
  leaderElectNamespace: {
    flag: '--leader-elect-namespace',
    variable: 'L4B_LEADER_ELECT_NAMESPACE',
    value: 'NAME',
    meaning: 'namespace of the Lease; required with --leader-elect',
  },
  leaderElectName: {
    flag: '--leader-elect-name',
    variable: 'L4B_LEADER_ELECT_NAME',
    value: 'NAME',
    fallback: 'l4balancer-operator',
    meaning: 'name of the Lease; use a different one for each set of namespaces',
  },
  leaseDuration: {
    flag: '--leader-elect-lease-duration',
    variable: 'L4B_LEADER_ELECT_LEASE_DURATION',
    value: 'TIME',
    fallback: '15s',
    meaning: 'how long followers respect a Lease that is not renewed, 1s to 1h',
  },
  renewDeadline: {
    flag: '--leader-elect-renew-deadline',
    variable: 'L4B_LEADER_ELECT_RENEW_DEADLINE',
    value: 'TIME',
    fallback: '10s',
    meaning: 'how long a leader that cannot renew keeps working; shorter than the lease duration',
  },
  retryPeriod: {
    flag: '--leader-elect-retry-period',
    variable: 'L4B_LEADER_ELECT_RETRY_PERIOD',
    value: 'TIME',
    fallback: '2s',
    meaning: 'time between two attempts; at most half of the renew deadline',
  },
  namespaces: {
    flag: '--namespaces',
    variable: 'L4B_NAMESPACES',
    value: 'A,B',
    meaning: 'reconcile only the L4Balancers of these namespaces, and access no others; default: all',
  },
} as const satisfies Readonly<Record<string, Flag>>;

export type FlagName = keyof typeof FLAGS;
export const FLAG_NAMES = Object.keys(FLAGS) as readonly FlagName[];
