import { CERTIFICATE_METRICS } from './certificate-metrics.ts';
import { DATAGRAM_METRICS } from './datagram-metrics.ts';
import { ENDPOINT_METRICS } from './endpoint-metrics.ts';
import { ENGINE_METRICS, type EngineMetric } from './engine-metrics.ts';
import { LIMIT_METRICS } from './limit-metrics.ts';
import { OTLP_METRICS } from './otlp-metrics.ts';
import { SOURCE_LIST_METRICS } from './source-list-metrics.ts';
import { TLS_METRICS } from './tls-metrics.ts';
import { TUNING_METRICS } from './tuning-metrics.ts';

/** All metrics whose samples are written at each scrape, in the order of the page. */
export const SCRAPED_METRICS: readonly EngineMetric[] = [
  ...ENGINE_METRICS,
  ...DATAGRAM_METRICS,
  ...TLS_METRICS,
  ...LIMIT_METRICS,
  ...SOURCE_LIST_METRICS,
  ...CERTIFICATE_METRICS,
  ...ENDPOINT_METRICS,
  ...TUNING_METRICS,
  ...OTLP_METRICS,
];
