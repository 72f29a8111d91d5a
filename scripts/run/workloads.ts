/** A Kubernetes object, as input for kubectl. */
export type Manifest = Readonly<Record<string, unknown>>;

export interface SampleImages {
  /** The echo server of cluster/images/echo. */
  readonly echo: string;
  /** Undefined if this machine has no redis-server to build an image from. */
  readonly redis: string | undefined;
}

/** Pod Security "restricted". */
const SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65532,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const deployment = (
  name: string,
  replicas: number,
  container: Readonly<Record<string, unknown>>,
): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        automountServiceAccountToken: false,
        containers: [
          {
            name,
            imagePullPolicy: 'IfNotPresent',
            resources: { requests: { cpu: '10m', memory: '16Mi' } },
            securityContext: SECURITY,
            ...container,
          },
        ],
      },
    },
  },
});

const service = (name: string, port: Readonly<Record<string, unknown>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [port] },
});

const web = (image: string): readonly Manifest[] => [
  deployment('web', 3, {
    image,
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 2 },
  }),
  service('web', { name: 'http', port: 80, targetPort: 'http' }),
];

const cache = (image: string): readonly Manifest[] => [
  deployment('cache', 1, {
    image,
    // Nothing is persisted, since the file system is read-only; other pods may connect.
    args: ['--save', '', '--appendonly', 'no', '--protected-mode', 'no'],
    ports: [{ name: 'redis', containerPort: 6379 }],
    readinessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 2 },
  }),
  service('cache', { name: 'redis', port: 6379, targetPort: 'redis' }),
];

/** The two services behind the sample's balancer: three HTTP servers and a Redis. */
export const sampleWorkloads = ({ echo, redis }: SampleImages): readonly Manifest[] => [
  ...web(echo),
  ...(redis === undefined ? [] : cache(redis)),
];
