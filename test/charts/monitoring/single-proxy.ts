import { until } from '../../../tooling/wait/until.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

/** The labels that a proxy's series have in a cluster. */
export const OF_PROXY = { namespace: 'shop', balancer: 'edge', pod: 'edge-a' } as const;

/**
 * A Prometheus with all alerts that scrapes the proxy whose admin endpoint has this address and port, and has
 * done so once: what counters rise by before that would be lost.
 */
export const watchProxy = async (admin: string): Promise<Prometheus> => {
  const prometheus = await startPrometheus([
    { job_name: 'proxy', static_configs: [{ targets: [admin], labels: OF_PROXY }] },
  ]);
  await until('the proxy is scraped', async () => (await prometheus.targets()).length > 0, {
    seen: () => prometheus.output(),
  });
  return prometheus;
};
