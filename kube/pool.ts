import type { buildConnector, Dispatcher } from 'undici';
import type { TlsIdentity } from './credentials.ts';
import { resettingConnector } from './resetting-connector.ts';
import { Pool, ProxyAgent } from './undici.ts';

/** So many requests at once; more wait for a free connection. Watches have connections of their own. */
const REQUEST_CONNECTIONS = 32;
const CONNECT_TIMEOUT_MS = 5_000;
/** Then ten probes, a second apart (libuv): a peer that vanished without a word is found after 25 s. */
const KEEP_ALIVE_DELAY_MS = 15_000;
/** Below the 90 s and more that API servers and the load balancers before them allow. */
const IDLE_MS = 30_000;

/**
 * Connections to one API server: `requests` bounded and reused, `streams` one per watch, so that neither
 * starves. A request that is given up takes its connection with it, by a reset, so that nothing of it arrives
 * later (except by way of an HTTP proxy).
 */
export interface Pools {
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

/** The pools for the newest certificates; those of older ones end with their last call. */
export interface PoolKeeper {
  poolsFor(tls: TlsIdentity): Pools;
  /** Cuts everything. */
  destroy(): Promise<void>;
}

/** Opens no connection by itself. `origin` such as `https://10.96.0.1:443`. */
export function keepPools(origin: string, proxyUrl: string | undefined): PoolKeeper {
  const retiring = new Set<Pools>();
  /** Ends also what is still connecting, for which undici would wait. */
  const end = new AbortController();
  let current: { readonly tls: TlsIdentity; readonly key: string; readonly pools: Pools } | undefined;

  function retire(pools: Pools): void {
    retiring.add(pools);
    const ended = Promise.allSettled([pools.requests.close(), pools.streams.close()]);
    void ended.then(() => retiring.delete(pools));
  }

  return {
    poolsFor(tls) {
      if (current?.tls === tls) return current.pools;
      const key = JSON.stringify(tls);
      const old = current;
      const pools = old?.key === key ? old.pools : openPools({ origin, tls, proxyUrl, signal: end.signal });
      current = { tls, key, pools };
      if (old !== undefined && old.pools !== pools) retire(old.pools);
      return pools;
    },
    async destroy() {
      end.abort();
      const all = [...retiring, ...(current === undefined ? [] : [current.pools])];
      await Promise.all(all.flatMap((pools) => [pools.requests.destroy(), pools.streams.destroy()]));
    },
  };
}

interface PoolOptions {
  readonly origin: string;
  readonly tls: TlsIdentity;
  readonly proxyUrl: string | undefined;
  readonly signal: AbortSignal;
}

function openPools(options: PoolOptions): Pools {
  const dial = {
    signal: options.signal,
    timeout: CONNECT_TIMEOUT_MS,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
  };
  // A watch only reads: how its connection ends is of no account.
  const connect = options.proxyUrl === undefined ? resettingConnector({ ...options.tls, ...dial }) : dial;
  return { requests: open(options, REQUEST_CONNECTIONS, connect), streams: open(options, null, dial) };
}

function open(
  { origin, tls, proxyUrl }: PoolOptions,
  connections: number | null,
  connect: buildConnector.connector | buildConnector.BuildOptions,
): Dispatcher {
  const options = {
    connections,
    allowH2: false, // one watch that is not read must not hold up the others
    keepAliveTimeout: IDLE_MS,
    headersTimeout: 0, // each call has its own deadline, in connect.ts
    bodyTimeout: 0,
  };
  if (typeof connect === 'function') return new Pool(origin, { ...options, connect });
  const secure = { ...tls, ...connect };
  if (proxyUrl === undefined) return new Pool(origin, { ...options, connect: secure });
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: secure, connect });
}
