/**
 * Sends a bounded load to one address, and prints the result as JSON.
 *
 *   node scripts/load.ts http|redis HOST PORT [--requests 20000] [--connections 48]
 */
import { parseArgs } from 'node:util';
import { httpProtocol, redisProtocol } from './load/protocols.ts';
import { requestLoad } from './load/request-load.ts';

const TIMEOUT_MS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '48' },
  },
});
const [protocol, host, port] = positionals;
if ((protocol !== 'http' && protocol !== 'redis') || !host || !port) {
  console.error('Usage: node scripts/load.ts http|redis HOST PORT [--requests N] [--connections N]');
  process.exit(2);
}
const result = await requestLoad(protocol === 'http' ? httpProtocol(`${host}:${port}`) : redisProtocol, {
  host,
  port: Number(port),
  requests: Number(values.requests),
  connections: Number(values.connections),
  timeoutMs: TIMEOUT_MS,
});
console.log(JSON.stringify(result));
