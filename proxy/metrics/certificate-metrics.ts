import { labelsOf } from '../../program/samples.ts';
import type { EngineMetric } from './engine-metrics.ts';

const MS_PER_SECOND = 1000;

/** Metrics of the certificates with which listeners end TLS, and of those that endpoints are shown. */
export const CERTIFICATE_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    labels: ['name'],
    help: 'When the certificate of a Secret or a file that is in use expires, in seconds since 1970.',
    write({ facts }, to) {
      for (const { name, notAfterMs } of facts.certificates())
        if (notAfterMs !== undefined) to.sample(labelsOf({ name }), notAfterMs / MS_PER_SECOND);
    },
  },
  {
    name: 'l4balancer_certificate_not_before_timestamp_seconds',
    type: 'gauge',
    labels: ['name'],
    help: 'From when on the certificate of a Secret or a file that is in use is valid, in seconds since 1970.',
    write({ facts }, to) {
      for (const { name, notBeforeMs } of facts.certificates())
        if (notBeforeMs !== undefined) to.sample(labelsOf({ name }), notBeforeMs / MS_PER_SECOND);
    },
  },
  {
    name: 'l4balancer_certificate_unusable',
    type: 'gauge',
    labels: ['name'],
    help: '1 if a Secret or a file with a certificate is missing or cannot be used now, so that what was read last stays in use, otherwise 0.',
    write({ facts }, to) {
      for (const { name, problem } of facts.certificates())
        to.sample(labelsOf({ name }), problem === undefined ? 0 : 1);
    },
  },
  {
    name: 'l4balancer_certificate_ocsp_stapled',
    type: 'gauge',
    labels: ['name'],
    help: '1 if clients that ask get an OCSP response with the certificate, 0 if the one that is there is stale or cannot be used. Only of certificates for which there is one.',
    write({ facts }, to) {
      for (const { name, isStapled } of facts.certificates())
        if (isStapled !== undefined) to.sample(labelsOf({ name }), isStapled ? 1 : 0);
    },
  },
];
