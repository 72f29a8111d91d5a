import { manifestWith, manifestWithBackend } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

export const BAD_BACKENDS: readonly BadManifest[] = [
  bad(
    'neither service nor endpoints',
    'backend-service-or-endpoints',
    manifestWith({ backends: [{ name: 'web' }] }),
    'spec.backends[0]',
    /backend "web" has neither service nor endpoints: give one/,
  ),
  bad(
    'two backends with one name',
    undefined,
    manifestWith({
      backends: [
        { name: 'web', service: { name: 'a', port: 80 } },
        { name: 'web', service: { name: 'b', port: 80 } },
      ],
    }),
    'spec.backends[1].name',
    /Duplicate value/,
    /"web" is already given at spec.backends\[0\]/,
  ),
  bad(
    'a service port in quotes',
    'service-port-quoted',
    manifestWithBackend({ service: { name: 'web', port: '80' } }),
    'spec.backends[0].service.port',
    /a number in quotes, which would be looked up as a name/,
  ),
  bad(
    'a service port above 65535',
    undefined,
    manifestWithBackend({ service: { name: 'web', port: 70000 } }),
    'spec.backends[0].service.port',
    /less than or equal to 65535/,
    /70000 is out of range: expected at most 65535/,
  ),
  bad(
    'a service port name with a blank',
    undefined,
    manifestWithBackend({ service: { name: 'web', port: 'my port' } }),
    'spec.backends[0].service.port',
    /should match/,
    /"my port" is not the name of a Service port/,
  ),
  bad(
    'a service of another namespace',
    undefined,
    manifestWithBackend({ service: { name: 'web.other', port: 80 } }),
    'spec.backends[0].service.name',
    /should match/,
    /"web.other" is not the name of a Service in the same namespace/,
  ),
  bad(
    'a service without a port',
    undefined,
    manifestWithBackend({ service: { name: 'web' } }),
    'spec.backends[0].service.port',
    /Required value/,
    /is missing/,
  ),
  bad(
    'an unknown algorithm',
    undefined,
    manifestWithBackend({ algorithm: 'leastConnections' }),
    'spec.backends[0].algorithm',
    /supported values: "RoundRobin", "LeastConnections"/,
    /expected RoundRobin, LeastConnections, Random, SourceHash or Maglev; did you mean LeastConnections\?/,
  ),
  bad(
    'a connect timeout of an hour',
    'connect-timeout-range',
    manifestWithBackend({ connect: { timeout: '1h' } }),
    'spec.backends[0].connect.timeout',
    /1h is out of range: expected 10ms to 5m/,
  ),
];
