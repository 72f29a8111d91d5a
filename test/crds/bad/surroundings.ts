import { type Loose, manifestWith } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const policy = (fields: Loose): Loose => manifestWith({ networkPolicy: { enabled: true, ...fields } });

/** What surrounds the pods: network policy, monitoring, devices. */
export const BAD_SURROUNDINGS: readonly BadManifest[] = [
  bad(
    'a single address as clients',
    undefined,
    policy({ clients: ['10.0.0.1'] }),
    'spec.networkPolicy.clients[0]',
    /should match/,
    /"10\.0\.0\.1" is not a CIDR range/,
  ),
  bad(
    'clients with too long a prefix',
    'network-policy-clients',
    policy({ clients: ['10.0.0.0/8', '10.0.0.0/33'] }),
    'spec.networkPolicy.clients[1]',
    /is not a CIDR range: write an address and a prefix length/,
  ),
  bad(
    'a network policy on the host network',
    'network-policy-host-network',
    manifestWith({ tuning: { profile: 'HostNetwork' }, networkPolicy: { enabled: true } }),
    'spec.networkPolicy.enabled',
    /does not apply to pods on the host network/,
  ),
  bad(
    'a number for requireEndpoints',
    undefined,
    manifestWith({ readiness: { requireEndpoints: 2 } }),
    'spec.readiness.requireEndpoints',
    /must be of type boolean/,
    /2 is not a boolean \(true or false\)/,
  ),
  bad(
    'an invalid namespace label key',
    'monitoring-namespace-key',
    policy({ monitoringNamespaces: { 'a b': 'c' } }),
    'spec.networkPolicy.monitoringNamespaces[a b]',
    /is not a label or annotation key/,
  ),
  bad(
    'an invalid namespace label value',
    'monitoring-namespace-value',
    policy({ monitoringNamespaces: { a: 'b c' } }),
    'spec.networkPolicy.monitoringNamespaces.a',
    /is not a label value/,
  ),
  bad(
    'an invalid PodMonitor label key',
    'monitoring-label-key',
    manifestWith({ monitoring: { labels: { '-': 'a' } } }),
    'spec.monitoring.labels[-]',
    /is not a label or annotation key/,
  ),
  bad(
    'an invalid PodMonitor label value',
    'monitoring-label-value',
    manifestWith({ monitoring: { labels: { release: '-' } } }),
    'spec.monitoring.labels.release',
    /is not a label value/,
  ),
  bad(
    'a reserved label on the PodMonitor',
    'monitoring-label-reserved',
    manifestWith({ monitoring: { labels: { 'app.kubernetes.io/name': 'a' } } }),
    'spec.monitoring.labels[app.kubernetes.io/name]',
    /reserved for the operator/,
  ),
  bad(
    'a scrape interval that is too long',
    'monitoring-interval-range',
    manifestWith({ monitoring: { interval: '2h' } }),
    'spec.monitoring.interval',
    /2h is out of range: expected 1s to 1h/,
  ),
  bad(
    'an interval of OTLP that is too short',
    'otlp-interval-range',
    manifestWith({ otlp: { endpoint: 'http://collector:4318', interval: '500ms' } }),
    'spec.otlp.interval',
    /500ms is out of range: expected 1s to 1h/,
  ),
  bad(
    'CPU among the devices',
    'extra-resource-name',
    manifestWith({ workload: { extraResources: { cpu: 1 } } }),
    'spec.workload.extraResources.cpu',
    /is not (that|the name) of a device, such as intel\.com\/sriov/,
  ),
  bad(
    'a topology key that is not a label key',
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
    'an image with a truncated digest',
    'image-digest',
    manifestWith({ workload: { image: 'registry.example/proxy@sha256:0123' } }),
    'spec.workload.image',
    /is not a digest: write sha256: and 64 hexadecimal digits/,
  ),
];
