import type { Attributes } from '../../program/otlp/target.ts';
import { VERSION } from '../../program/version.ts';
import type { SourceSettings } from '../settings/settings.ts';

/** How a collector knows this process, by the names that OpenTelemetry has for it. */
export const resourceOf = (source: SourceSettings, host: string): Attributes => ({
  'service.name': 'l4balancer',
  'service.version': VERSION,
  ...(source.kind === 'File'
    ? { 'service.instance.id': host, 'host.name': host }
    : {
        'service.namespace': source.namespace,
        'service.instance.id': source.pod ?? host,
        'l4balancer.name': source.name,
        'k8s.namespace.name': source.namespace,
        'k8s.pod.name': source.pod,
        'k8s.node.name': source.location?.node,
      }),
});
