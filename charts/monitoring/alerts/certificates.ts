import type { Alert } from '../alert.ts';

const CERTIFICATE = 'namespace, balancer, name';
const ENDS = 'l4balancer_certificate_expiry_timestamp_seconds';
const BEGINS = 'l4balancer_certificate_not_before_timestamp_seconds';

/** What happens to certificates of listeners, and those that endpoints are shown. */
export const CERTIFICATE_ALERTS: readonly Alert[] = [
  {
    name: 'L4BalancerCertificateExpires',
    severity: 'warning',
    for: '10m',
    // One for a week is always within 14 days of its end, and is renewed after two thirds of its time.
    expr: `min by (${CERTIFICATE}) ((${ENDS} - time() < 14 * 86400) and (${ENDS} - time() < (${ENDS} - ${BEGINS}) / 4)) > 0`,
    summary:
      'Certificate {{ $labels.name }} of {{ $labels.namespace }}/{{ $labels.balancer }} expires in {{ $value | humanizeDuration }}',
    description:
      'The certificate should have been renewed by now: renew it, or see why cert-manager has not.',
    meaning:
      'It has less than 14 days left, and less than a quarter of its time. `NAME` is the Secret, or the file.',
    look: '`kubectl l4b status NAME` lists the certificates with the days that they have left, and the listeners that use them.',
    remedy:
      'Renew it. With cert-manager, `kubectl describe certificate` says why that has not happened. The proxies take what the Secret has within a second; nothing restarts.',
  },
  {
    name: 'L4BalancerCertificateExpired',
    severity: 'critical',
    // Replicas take a new one within a second, but are not scraped at the same time.
    for: '1m',
    expr: `min by (${CERTIFICATE}) (${ENDS}) - time() <= 0`,
    summary: 'Certificate {{ $labels.name }} of {{ $labels.namespace }}/{{ $labels.balancer }} has expired',
    description: 'Clients refuse the listeners with this certificate: renew it.',
    meaning:
      'It stays in use, because some clients are told to accept it; all others refuse the connection (`TlsHandshakeFailed` with `ClientAlert`). Where endpoints are shown it, they refuse the proxy.',
    look: '`kubectl l4b why NAME` names the certificate and its listeners.',
    remedy:
      'Renew it: `kubectl create secret tls … --dry-run=client -o yaml | kubectl apply -f -`, or see why cert-manager does not.',
  },
  {
    name: 'L4BalancerCertificateUnusable',
    severity: 'warning',
    for: '10m',
    expr: `max by (${CERTIFICATE}) (l4balancer_certificate_unusable) == 1`,
    summary:
      'Certificate {{ $labels.name }} of {{ $labels.namespace }}/{{ $labels.balancer }} is missing or invalid',
    description:
      'What the Secret or file has now cannot be used, so the proxies go on with what they read before, or refuse clients if there is nothing: write certificate and key again.',
    meaning:
      'The Secret is gone, or its certificate and key do not belong together or cannot be read. The last good pair stays in use, in proxies that have read it; one that starts now has none.',
    look: '`kubectl l4b why NAME` says what is wrong with it.',
    remedy:
      'Write the certificate, its chain and the key that belongs to it again, or remove it from the listener.',
  },
];
