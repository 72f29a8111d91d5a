import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { TlsIdentity } from './credentials.ts';

/** So many requests at once; more wait for a free connection. Watches have connections of their own. */
const REQUEST_CONNECTIONS = 32;
const CONNECT_TIMEOUT_MS = 5_000;
/** Then ten probes, a second apart (libuv): a peer that vanished without a word is found after 25 s. */
const KEEP_ALIVE_DELAY_MS = 15_000;
/** Below the 90 s and more that API servers and the load balancers before them allow. */
const IDLE_MS = 30_000;

/** Connections to one API server: `requests` bounded and reused, `streams` one per watch, so that neither starves. */
export interface Pools {
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
  /** Closes once the running calls have ended. */
  retire(): Promise<void>;
  /** Cuts everything. */
  destroy(): Promise<void>;
}

export function openPools(origin: string, tls: TlsIdentity, proxyUrl: string | undefined): Pools {
  const requests = open(origin, tls, proxyUrl, REQUEST_CONNECTIONS);
  const streams = open(origin, tls, proxyUrl, null);
  return {
    requests,
    streams,
    retire: () => Promise.all([requests.close(), streams.close()]).then(() => {}),
    destroy: () => Promise.all([requests.destroy(), streams.destroy()]).then(() => {}),
  };
}

function open(
  origin: string,
  tls: TlsIdentity,
  proxyUrl: string | undefined,
  connections: number | null,
): Dispatcher {
  const connect = { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS };
  const options = {
    connections,
    allowH2: false, // one watch that is not read must not hold up the others
    keepAliveTimeout: IDLE_MS,
    headersTimeout: 0, // each call has its own deadline, in connect.ts
    bodyTimeout: 0,
  };
  if (proxyUrl === undefined) return new Pool(origin, { ...options, connect });
  return new ProxyAgent({
    ...options,
    uri: proxyUrl,
    requestTls: connect,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
}
