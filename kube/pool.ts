import type { buildConnector, Dispatcher } from 'undici';
import type { TlsIdentity } from './credentials.ts';
import { resettingConnector } from './resetting-connector.ts';
import { Pool, ProxyAgent } from './undici.ts';

/** Maximum of concurrent requests; more wait for a free connection. Watches have their own connections. */
const REQUEST_CONNECTIONS = 32;
const CONNECT_TIMEOUT_MS = 5_000;
/** Followed by ten probes, one per second (libuv): a peer that vanishes silently is detected after 25 s. */
const KEEP_ALIVE_DELAY_MS = 15_000;
/** Below the 90 s or more that API servers and load balancers in front of them allow. */
const IDLE_MS = 30_000;

/**
 * Connections to an API server: `requests` are limited and reused, `streams` are one per watch, so that
 * neither starves the other. A cancelled request resets its connection, so that none of it arrives later
 * (except through an HTTP proxy).
 */
export interface Pools {
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

/** Keeps pools for the newest certificates; older pools are closed after their last call. */
export interface PoolKeeper {
  poolsFor(tls: TlsIdentity): Pools;
  /** Closes all connections immediately. */
  destroy(): Promise<void>;
}

/** Opens no connection by itself. `origin` is, for example, `https://10.96.0.1:443`. */
export function keepPools(origin: string, proxyUrl: string | undefined): PoolKeeper {
  const retiring = new Set<Pools>();
  /** Also aborts pending connection attempts, which undici would wait for. */
  const end = new AbortController();
  let current: { readonly tls: TlsIdentity; readonly key: string; readonly pools: Pools } | undefined;

  function retire(pools: Pools): void {
    retiring.add(pools);
    const closed = Promise.allSettled([pools.requests.close(), pools.streams.close()]);
    void closed.then(() => retiring.delete(pools));
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
  // A watch only reads, so it does not matter how its connection ends.
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
    allowH2: false, // a watch that is not read must not block the others
    keepAliveTimeout: IDLE_MS,
    headersTimeout: 0, // each call has its own deadline, in connect.ts
    bodyTimeout: 0,
  };
  if (typeof connect === 'function') return new Pool(origin, { ...options, connect });
  const secure = { ...tls, ...connect };
  if (proxyUrl === undefined) return new Pool(origin, { ...options, connect: secure });
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: secure, connect });
}
