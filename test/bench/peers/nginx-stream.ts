import { SERVER_NAME } from '../certificates.ts';
import type { Algorithm, Shape } from '../environment.ts';
import { workersSpread } from '../measure/workers-spread.ts';
import type { Peer } from '../peer.ts';
import type { Tools } from '../tools.ts';
import { missingTool, tool } from '../tools.ts';
import { startConfigured } from './configured.ts';

const ALGORITHMS: Readonly<Record<Algorithm, string>> = {
  RoundRobin: '',
  LeastConnections: 'least_conn;',
  Random: 'random two least_conn;',
  SourceHash: 'hash $remote_addr;',
  Maglev: 'hash $remote_addr consistent;',
};

const templateFor = ({ apart, protocol }: Shape): string => {
  if (protocol === 'UDP') return 'nginx-stream-udp.conf';
  return apart ? 'nginx-stream-apart.conf' : 'nginx-stream.conf';
};

/** nginx stream with as many workers as the relay has acceptors. */
export const nginxStream = (tools: Tools): Peer => ({
  name: 'nginx stream',
  find() {
    const found = tools.found['nginx stream'];
    const missing = tools.found.nginx ? 'nginx stream' : 'nginx';
    return found ? { found: true, version: found.version } : { found: false, why: missingTool(missing) };
  },
  start: (environment, endpoints) =>
    startConfigured(
      {
        name: 'nginx-stream',
        template: templateFor(environment.shape),
        values: {
          ALGORITHM: ALGORITHMS[environment.shape.algorithm],
          MULTI_ACCEPT: environment.shape.flooded ? 'off' : 'on',
          LOAD_STREAM: environment.tools.loadStream,
        },
        encrypting: {
          values: (_mode, { certificate, key }) => ({
            SSL: ' ssl',
            TLS: `ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;`,
          }),
          mutual: (file) => `ssl_client_certificate ${file}; ssl_verify_client on;`,
          reencrypting: (file) =>
            `proxy_ssl on; proxy_ssl_verify on; proxy_ssl_trusted_certificate ${file}; proxy_ssl_name ${SERVER_NAME}; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.2 TLSv1.3;`,
          without: { SSL: '', TLS: '' },
        },
        denying: {
          values: (file) => ({
            DENY: `geo $denied { default 0; include ${file}; } map $denied $target { 0 bench; default unix:/nowhere; }`,
            TARGET: '$target',
          }),
          without: { DENY: '', TARGET: 'bench' },
          entry: (address) => `${address}/32 1;`,
        },
        command: (config, folder) => [
          tool(environment.tools, 'nginx stream').path,
          ...['-p', folder, '-e', 'stderr', '-c', config],
        ],
        spread: async ({ pid, port }) => workersSpread(pid, port),
      },
      environment,
      endpoints,
    ),
});
