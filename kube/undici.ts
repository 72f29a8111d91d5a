// The parts of undici that the client uses, file by file. Its index also loads caches, mocks, WebSockets and
// fetch, 5 MiB in total.
import api from 'undici/lib/api/index.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

// As in undici's index: `request` and similar functions are methods of every dispatcher.
Object.assign(Dispatcher.prototype, api);

export { buildConnector, errors, Pool, ProxyAgent };
