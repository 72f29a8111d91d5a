import { createRequire } from 'node:module';
import type * as Undici from 'undici';

/** What the client uses of undici, file by file: its index loads caches, mocks, WebSockets and fetch, with 5 MiB. */
const load = createRequire(import.meta.url);

export const Pool: typeof Undici.Pool = load('undici/lib/dispatcher/pool.js');
export const buildConnector: typeof Undici.buildConnector = load('undici/lib/core/connect.js');
export const errors: typeof Undici.errors = load('undici/lib/core/errors.js');

/** Loaded where there is one, which is hardly ever. */
export const proxyAgent = (): typeof Undici.ProxyAgent => load('undici/lib/dispatcher/proxy-agent.js');

// As undici's index does: `request` and its like are methods of every dispatcher.
Object.assign(load('undici/lib/dispatcher/dispatcher.js').prototype, load('undici/lib/api/index.js'));
