import { type Loose, manifestWith } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const policy = (fields: Loose): Loose => manifestWith({ networkPolicy: { enabled: true, ...fields } });

/** Of what stands around the pods: network policy, monitoring, devices. */
export const BAD_SURROUNDINGS: readonly BadManifest[] = [
  bad(
    'clients that are one address',
    undefined,
    policy({ clients: ['10.0.0.1'] }),
    'spec.networkPolicy.clients[0]',
    /should match/,
    /"10\.0\.0\.1" is not a range of addresses/,
  ),
  bad(
    'clients of more bits than there are',
    'network-policy-clients',
    policy({ clients: ['10.0.0.0/8', '10.0.0.0/33'] }),
    'spec.networkPolicy.clients[1]',
    /is not (one|a range of addresses): write an address and a number of bits/,
  ),
  bad(
    'a policy for pods in the network of their node',
    'network-policy-host-network',
    manifestWith({ tuning: { profile: 'HostNetwork' }, networkPolicy: { enabled: true } }),
    'spec.networkPolicy.enabled',
    /does not reach pods in the network of their node/,
  ),
  bad(
    'a number of endpoints instead of whether they are required',
    undefined,
    manifestWith({ readiness: { requireEndpoints: 2 } }),
    'spec.readiness.requireEndpoints',
    /must be of type boolean/,
    /2 is not true or false/,
  ),
  bad(
    'a namespace label that is none',
    'monitoring-namespace-key',
    policy({ monitoringNamespaces: { 'a b': 'c' } }),
    'spec.networkPolicy.monitoringNamespaces[a b]',
    /is not a label or annotation key/,
  ),
  bad(
    'a namespace label with a value that is none',
    'monitoring-namespace-value',
    policy({ monitoringNamespaces: { a: 'b c' } }),
    'spec.networkPolicy.monitoringNamespaces.a',
    /is not a label value/,
  ),
  bad(
    'a label of the PodMonitor that is none',
    'monitoring-label-key',
    manifestWith({ monitoring: { labels: { '-': 'a' } } }),
    'spec.monitoring.labels[-]',
    /is not a label or annotation key/,
  ),
  bad(
    'a label of the PodMonitor with a value that is none',
    'monitoring-label-value',
    manifestWith({ monitoring: { labels: { release: '-' } } }),
    'spec.monitoring.labels.release',
    /is not a label value/,
  ),
  bad(
    'a label of the operator on the PodMonitor',
    'monitoring-label-reserved',
    manifestWith({ monitoring: { labels: { 'app.kubernetes.io/name': 'a' } } }),
    'spec.monitoring.labels[app.kubernetes.io/name]',
    /belongs? to the operator/,
  ),
  bad(
    'scrapes that are too far apart',
    'monitoring-interval-range',
    manifestWith({ monitoring: { interval: '2h' } }),
    'spec.monitoring.interval',
    /2h is out of range: expected 1s to 1h/,
  ),
  bad(
    'CPU among the devices',
    'extra-resource-name',
    manifestWith({ workload: { extraResources: { cpu: 1 } } }),
    'spec.workload.extraResources.cpu',
    /is not (that|the name) of a device, such as intel\.com\/sriov/,
  ),
  bad(
    'a topology that is not a label',
    undefined,
    manifestWith({
      workload: {
        topologySpreadConstraints: [{ topologyKey: 'a/b/c', whenUnsatisfiable: 'DoNotSchedule' }],
      },
    }),
    'spec.workload.topologySpreadConstraints[0].topologyKey',
    /should match/,
    /"a\/b\/c" is not the key of a label/,
  ),
  bad(
    'an image with a digest that is cut off',
    'image-digest',
    manifestWith({ workload: { image: 'registry.example/proxy@sha256:0123' } }),
    'spec.workload.image',
    /is not a digest: write sha256: and 64 hexadecimal digits/,
  ),
];
