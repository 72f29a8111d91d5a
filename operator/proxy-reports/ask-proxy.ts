import type { ClientRequest } from 'node:http';
import { lateHttp } from '../../program/late-modules.ts';
import { formatListenAddress } from '../../program/listen-address.ts';
import { refuseSelfConnection } from '../../program/self-connection.ts';

/** Where the admin endpoint of a proxy is. */
export interface ProxyAddress {
  /** IPv4 or IPv6. */
  readonly ip: string;
  readonly port: number;
}

/**
 * Sends a GET request to the admin endpoint of a proxy, over a connection of its own. With `silentMs`, the
 * request has an event `timeout` after as long a silence.
 */
export const askProxy = (
  { ip, port }: ProxyAddress,
  path: string,
  signal: AbortSignal,
  silentMs?: number,
): ClientRequest => {
  const request = lateHttp().get({
    ...{ host: ip, port, path, agent: false, signal },
    headers: { Host: formatListenAddress({ host: ip, port }) },
    ...(silentMs === undefined ? {} : { timeout: silentMs }),
  });
  request.once('socket', refuseSelfConnection);
  return request;
};
