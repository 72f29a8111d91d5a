import type { Line } from '../line.ts';
import { CLASSIC, tlsFigures, tlsRequests } from './tls.ts';

/** What looking for the name of the server may cost. */
const NEEDED = 0.98;
const CONNECTIONS = 64;

/** TLS that is passed on by the name of the server, beside the relay that does not look at it. */
const passedThrough = (name: string, title: string, kind: 'Resumed' | 'Requests'): Line => {
  const operation = kind === 'Requests' ? 'request' : 'connection';
  return {
    ...tlsRequests({ kind, groups: CLASSIC, connections: CONNECTIONS }, operation),
    name,
    title,
    figures: tlsFigures(operation, NEEDED),
    describe: ({ seconds }) =>
      `load/tls/program.ts, one process for each core, ${CONNECTIONS} connections${kind === 'Requests' ? ' that stay open' : ' at once, each with one request, sessions resumed, ended by the endpoint'}, ${seconds} s; the endpoints end TLS`,
    shape: { tls: { mode: 'Passthrough', key: 'ECDSA' } },
    peers: {
      names: ['relay', 'plain relay', 'earlier'],
      why: 'the relay that routes by name is compared with itself without routes: HAProxy and nginx take no part',
    },
  };
};

/** Sessions are resumed, which takes the endpoints and the clients less than full handshakes. */
export const tlsPassthrough = passedThrough(
  'tls-passthrough',
  'a TLS connection for each request, passed on by the name of the server',
  'Resumed',
);

export const tlsPassthroughKeepAlive = passedThrough(
  'tls-passthrough-keep-alive',
  'requests over 64 TLS connections that stay open, passed on by the name of the server',
  'Requests',
);
