import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Transport } from '../../../kube/transport.ts';
import type { Anything } from '../../operator/integration/world.ts';

/** Debian's Prometheus is built without discovery in Kubernetes: this stands in for it. */
export interface PodDiscovery {
  /** For `http_sd_configs`. */
  readonly url: string;
  stop(): Promise<void>;
}

interface Port {
  readonly name?: string;
  readonly containerPort: number;
}

const META = '__meta_kubernetes_';

/** The targets of a pod: one for each port of a container, labelled as `role: pod` does. */
const targetsOf = ({ metadata, spec, status }: Anything): readonly object[] =>
  status?.podIP === undefined
    ? []
    : spec.containers
        .flatMap((container: { readonly ports?: readonly Port[] }) => container.ports ?? [])
        .map(({ name = '', containerPort }: Port) => ({
          targets: [`${status.podIP}:${containerPort}`],
          labels: {
            [`${META}namespace`]: metadata.namespace,
            [`${META}pod_name`]: metadata.name,
            [`${META}pod_container_port_name`]: name,
            ...Object.fromEntries(
              Object.entries(metadata.labels ?? {}).map(([label, value]) => [
                `${META}pod_label_${label.replaceAll(/\W/g, '_')}`,
                value,
              ]),
            ),
          },
        }));

/** Answers with the targets of all pods of a cluster. */
export const startPodDiscovery = async (transport: Transport): Promise<PodDiscovery> => {
  const server = createServer((_request, response) => {
    transport.request({ method: 'GET', path: '/api/v1/pods' }).then(
      (list) => {
        const { items } = list as { readonly items: readonly Anything[] };
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(items.flatMap(targetsOf)));
      },
      (error: unknown) => {
        response.statusCode = 503;
        response.end(String(error));
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
