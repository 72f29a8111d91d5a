import { AFTER, BEFORE, type Ending } from './ending.ts';

/** How connections end for what TLS with their endpoints has met. */
export const ENDPOINT_TLS_ENDINGS = [
  {
    reason: 'EndpointNotVerified',
    by: 'Endpoint',
    phases: BEFORE,
    isError: true,
    meaning:
      'the certificate of the endpoint tried last could not be verified; l4balancer_backend_connect_failures_total counts the causes',
  },
  {
    reason: 'EndpointTlsNotReady',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning:
      'the backend’s CA bundle or client certificate has never been readable, so its endpoints get nothing',
  },
  {
    reason: 'EndpointTlsTruncated',
    by: 'Endpoint',
    phases: AFTER,
    isError: true,
    meaning:
      'the endpoint’s stream ended without close_notify, so that somebody may have cut it off; passed on as a reset',
  },
  {
    reason: 'EndpointTlsViolated',
    by: 'Endpoint',
    phases: AFTER,
    isError: true,
    meaning:
      'the endpoint sent a fatal alert, such as for a missing client certificate, or bytes that are not TLS as it should be',
  },
] as const satisfies readonly Ending[];
