import { manifestWithBackend } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

export const BAD_HEALTH_CHECKS: readonly BadManifest[] = [
  bad(
    'http for a TCP check',
    'health-check-http-type',
    manifestWithBackend({ healthCheck: { http: { path: '/' } } }),
    'spec.backends[0].healthCheck.http',
    /given, but type is TCP: set type to HTTP or leave out http/,
  ),
  bad(
    'an address as the name of a TLS handshake',
    undefined,
    manifestWithBackend({ healthCheck: { type: 'TLS', tls: { serverName: '192.0.2.10' } } }),
    'spec.backends[0].healthCheck.tls.serverName',
    /should match/,
    /"192.0.2.10" is not a host name: .*a name instead of an address/,
  ),
  bad(
    'a check that lasts longer than its interval',
    'health-check-timeout',
    manifestWithBackend({ healthCheck: { interval: '1s', timeout: '1500ms' } }),
    'spec.backends[0].healthCheck.timeout',
    /1500ms is longer than interval 1s/,
  ),
  bad(
    'a check interval of nothing',
    'health-check-interval-range',
    manifestWithBackend({ healthCheck: { interval: '0s', timeout: '0s' } }),
    'spec.backends[0].healthCheck.interval',
    /0s is out of range: expected 100ms to 1h/,
  ),
  bad(
    'a check timeout of nothing',
    'health-check-timeout-range',
    manifestWithBackend({ healthCheck: { timeout: '0ms' } }),
    'spec.backends[0].healthCheck.timeout',
    /0ms is out of range: expected 10ms to 1h/,
  ),
  bad(
    'a check path without a slash',
    undefined,
    manifestWithBackend({ healthCheck: { type: 'HTTP', http: { path: 'health' } } }),
    'spec.backends[0].healthCheck.http.path',
    /should match/,
    /"health" is not a path: start with "\/"/,
  ),
  bad(
    'a status that HTTP has not',
    undefined,
    manifestWithBackend({ healthCheck: { type: 'HTTP', http: { expectedStatuses: [200, 99] } } }),
    'spec.backends[0].healthCheck.http.expectedStatuses[1]',
    /greater than or equal to 100/,
    /99 is out of range: expected at least 100/,
  ),
  bad(
    'one status twice',
    undefined,
    manifestWithBackend({ healthCheck: { type: 'HTTP', http: { expectedStatuses: [200, 200] } } }),
    'spec.backends[0].healthCheck.http.expectedStatuses[1]',
    /Duplicate value/,
    /200 is already given at/,
  ),
];
