/** A Deployment of the echo server and a Service in front of it. */
export const echoService = (name: string, replicas: number, image: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, labels: { app: name } },
        spec: {
          replicas,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: {
              terminationGracePeriodSeconds: 20,
              containers: [
                {
                  name: 'echo',
                  image,
                  imagePullPolicy: 'IfNotPresent',
                  readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
      },
    ],
  });

/** A small L4Balancer in front of the Service `service`; `spec` overrides its fields. */
export const balancer = (
  name: string,
  service: string,
  spec: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({
    apiVersion: 'l4balancer.dev/v1alpha1',
    kind: 'L4Balancer',
    metadata: { name },
    spec: {
      listeners: [{ name: 'http', port: 8080, backend: 'echo' }],
      backends: [{ name: 'echo', service: { name: service, port: 'http' } }],
      service: { type: 'ClusterIP' },
      workload: { replicas: 1, terminationGracePeriod: '10s', resources: SMALL },
      ...spec,
    },
  });

/** Resources that let several balancers share a small test node. */
export const SMALL = { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } };
