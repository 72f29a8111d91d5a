import type { Registry } from 'prom-client';
import { formatListenAddress, type ListenAddress } from '../../program/listen-address.ts';
import { FLAGS } from '../settings/flags.ts';
import { healthPages, metricsPages } from './pages.ts';
import type { Readiness } from './readiness.ts';
import { type PageServer, type ServerOptions, startServer } from './server.ts';

export interface ServersOptions {
  readonly settings: { readonly health: ListenAddress; readonly metrics: ListenAddress };
  readonly registry: Registry;
  readonly readiness: () => Readiness;
  readonly onError: ServerOptions['onError'];
}

export interface Servers {
  readonly ports: { readonly health: number; readonly metrics: number };
  close(): Promise<void>;
}

/** Starts the health and the metrics server; one for both when they are given the same address. Throws as startServer does. */
export const startServers = async (options: ServersOptions): Promise<Servers> => {
  const { health, metrics } = options.settings;
  const { onError } = options;
  const probes = healthPages(options.readiness);
  const figures = metricsPages(options.registry);
  const isOne = health.port !== 0 && formatListenAddress(health) === formatListenAddress(metrics);

  const first = await startServer({
    address: health,
    flag: FLAGS.healthAddress.flag,
    pages: isOne ? { ...probes, ...figures } : probes,
    onError,
  });
  if (isOne) return { ports: { health: first.port, metrics: first.port }, close: () => first.close() };

  let second: PageServer;
  try {
    second = await startServer({
      address: metrics,
      flag: FLAGS.metricsAddress.flag,
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
