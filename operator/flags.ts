/** One setting of the operator: where it can be given, and what it means. */
export interface Flag {
  readonly flag: string;
  readonly variable: string;
  readonly value: string;
  /** As --help shows it; undefined where there is none. */
  readonly fallback?: string;
  readonly meaning: string;
}

/** Every setting: the parser and --help both read this table. */
export const FLAGS = {
  proxyImage: {
    flag: '--proxy-image',
    variable: 'L4B_PROXY_IMAGE',
    value: 'IMAGE',
    meaning: 'image of the proxy pods where workload.image names none; required',
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
    meaning: 'how to reach the API server; else the pod’s service account, else ~/.kube/config',
  },
  workers: {
    flag: '--workers',
    variable: 'L4B_WORKERS',
    value: 'N',
    fallback: '16',
    meaning: 'resources worked on at the same time, 1 to 64',
  },
  namespaces: {
    flag: '--namespaces',
    variable: 'L4B_NAMESPACES',
    value: 'A,B',
    meaning: 'look after the L4Balancers of these namespaces and ask nothing of others; else of all',
  },
} as const satisfies Readonly<Record<string, Flag>>;

export type FlagName = keyof typeof FLAGS;
export const FLAG_NAMES = Object.keys(FLAGS) as readonly FlagName[];
