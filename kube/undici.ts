// What the client uses of undici, file by file: its index loads caches, mocks, WebSockets and fetch, with 5
// MiB.
import api from 'undici/lib/api/index.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

// As undici's index does: `request` and its like are methods of every dispatcher.
Object.assign(Dispatcher.prototype, api);

export { buildConnector, errors, Pool, ProxyAgent };
