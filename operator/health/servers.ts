import type { Registry } from 'prom-client';
import { formatListenAddress } from '../../program/listen-address.ts';
import type { PageServer } from '../../program/page-server.ts';
import { healthPages, metricsPages } from './pages.ts';
import type { Readiness } from './readiness.ts';
import { type ServerOptions, startServer } from './server.ts';

/** The address to listen on, and the flag that sets it. */
export type ListenOn = Pick<ServerOptions, 'address' | 'flag'>;

export interface ServersOptions {
  readonly health: ListenOn;
  readonly metrics: ListenOn;
  readonly registry: Registry;
  readonly readiness: () => Readiness;
  readonly onError: ServerOptions['onError'];
}

export interface Servers {
  readonly ports: { readonly health: number; readonly metrics: number };
  close(): Promise<void>;
}

/**
 * Starts the health and the metrics server, or one for both if their addresses are the same. Throws as
 * startServer does.
 */
export const startServers = async (options: ServersOptions): Promise<Servers> => {
  const { health, metrics, onError } = options;
  const probes = healthPages(options.readiness);
  const figures = metricsPages(options.registry);
  const isOne =
    health.address.port !== 0 && formatListenAddress(health.address) === formatListenAddress(metrics.address);

  const first = await startServer({
    ...health,
    pages: isOne ? { ...probes, ...figures } : probes,
    onError,
  });
  if (isOne) return { ports: { health: first.port, metrics: first.port }, close: () => first.close() };

  let second: PageServer;
  try {
    second = await startServer({
      ...metrics,
      pages: figures,
      onError,
    });
  } catch (error) {
    await first.close();
    throw error;
  }
  return {
    ports: { health: first.port, metrics: second.port },
    close: async () => void (await Promise.all([first.close(), second.close()])),
  };
};
