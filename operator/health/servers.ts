import type { Registry } from 'prom-client';
import { formatListenAddress } from '../../program/listen-address.ts';
import type { PageServer, Pages } from '../../program/page-server.ts';
import { healthPages, metricsPages } from './pages.ts';
import type { Readiness } from './readiness.ts';
import { type ServerOptions, startServer } from './server.ts';

/** The address to listen on, and the flag that sets it. */
export type ListenOn = Pick<ServerOptions, 'address' | 'flag'>;

export interface ServersOptions {
  readonly health: ListenOn;
  readonly metrics: ListenOn;
  /**
   * The page of all balancers: where it is for everybody, and whether it is for tokens beside the metrics.
   */
  readonly page?: {
    readonly listen: ListenOn | undefined;
    readonly local: Pages;
    readonly forTokens: Pages | undefined;
    /** Called if its address cannot be used: the operator works without it. */
    readonly onRefused: (error: unknown) => void;
  };
  readonly registry: Registry;
  readonly readiness: () => Readiness;
  readonly onError: ServerOptions['onError'];
}

export interface Servers {
  readonly ports: { readonly health: number; readonly metrics: number; readonly page?: number };
  close(): Promise<void>;
}

/**
 * Starts the health and the metrics server, or one for both if their addresses are the same. Throws as
 * startServer does.
 */
export const startServers = async (options: ServersOptions): Promise<Servers> => {
  const { health, metrics, onError } = options;
  const probes = healthPages(options.readiness);
  const figures = { ...metricsPages(options.registry), ...options.page?.forTokens };
  const isOne =
    health.address.port !== 0 && formatListenAddress(health.address) === formatListenAddress(metrics.address);

  const first = await startServer({
    ...health,
    pages: isOne ? { ...probes, ...figures } : probes,
    onError,
  });
  let second: PageServer | undefined;
  try {
    if (!isOne) second = await startServer({ ...metrics, pages: figures, onError });
  } catch (error) {
    await first.close();
    throw error;
  }
  const third = await startPage(options);
  return {
    ports: {
      health: first.port,
      metrics: (second ?? first).port,
      ...(third === undefined ? {} : { page: third.port }),
    },
    close: async () => void (await Promise.all([first, second, third].map((one) => one?.close()))),
  };
};

/** The page is for people: without it, the operator does all of its work. */
const startPage = async ({ page, onError }: ServersOptions): Promise<PageServer | undefined> => {
  if (page?.listen === undefined) return undefined;
  try {
    return await startServer({ ...page.listen, pages: page.local, onError });
  } catch (error) {
    page.onRefused(error);
    return undefined;
  }
};
