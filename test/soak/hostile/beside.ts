import { freePorts } from '../../../tooling/process/free-ports.ts';
import { startNginx } from '../../proxy/relay/other-proxy.ts';
import type { AimedPorts } from './attacks.ts';

/** As many as the proxy has acceptors. */
const WORKERS = 2;

interface Beside {
  /** Ports of the listeners that are not attacked, and of those that are. */
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly attacked: AimedPorts;
  stop(): Promise<void>;
}

/**
 * Starts nginx with the listeners that the proxy has, in front of the same endpoints, whose ports are given.
 * Of the policies it has those that its stream module knows: denied addresses, and connections of a source.
 */
export const startNginxBeside = async (endpoints: {
  readonly web: number;
  readonly attackedWeb: number;
  readonly dns: number;
  readonly sink: number;
  readonly quic: number;
}): Promise<Beside> => {
  const [web, attackedWeb, dns, sink, quic] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const attacked = (most: number) => `deny 10.0.4.0/22; allow all; limit_conn sources ${most};`;
  const tcp = (port: number, to: number, rest = '') =>
    `server { listen 127.0.0.1:${port} reuseport backlog=65535; proxy_pass 127.0.0.1:${to}; ${rest} }`;
  const udp = (port: number, to: number, rest = '') =>
    `server { listen 127.0.0.1:${port} udp reuseport rcvbuf=4m; proxy_pass 127.0.0.1:${to}; proxy_timeout 2s; ${rest} }`;
  const nginx = await startNginx(
    [
      'stream {',
      'limit_conn_zone $binary_remote_addr zone=sources:32m;',
      tcp(web, endpoints.web),
      tcp(attackedWeb, endpoints.attackedWeb, attacked(100)),
      udp(dns, endpoints.dns),
      udp(sink, endpoints.sink, attacked(10)),
      udp(quic, endpoints.quic, attacked(10)),
      '}',
    ].join('\n'),
    web,
    { workers: WORKERS },
  );
  return {
    tcpPort: web,
    udpPort: dns,
    attacked: { tcpPort: attackedWeb, udpPort: sink, quicPort: quic },
    stop: () => nginx.stop(),
  };
};
