import { join } from 'node:path';
import { SERVER_NAME } from '../certificates.ts';
import type { Algorithm } from '../environment.ts';
import { haproxySpread } from '../measure/haproxy-spread.ts';
import type { Peer } from '../peer.ts';
import type { Tools } from '../tools.ts';
import { missingTool, tool } from '../tools.ts';
import { startConfigured } from './configured.ts';

const ALGORITHMS: Readonly<Record<Algorithm, { readonly balance: string; readonly hashType?: string }>> = {
  RoundRobin: { balance: 'roundrobin' },
  LeastConnections: { balance: 'leastconn' },
  Random: { balance: 'random(2)' },
  SourceHash: { balance: 'source' },
  Maglev: { balance: 'source', hashType: 'hash-type consistent' },
};

/** Descriptors of 256 pipes, and those that HAProxy needs for itself. */
const OTHER_DESCRIPTORS = 512 + 150;

/** HAProxy in TCP mode with as many threads as the relay has acceptors. */
export const haproxy = (tools: Tools): Peer => ({
  name: 'HAProxy',
  find() {
    const found = tools.found.haproxy;
    return found ? { found: true, version: found.version } : { found: false, why: missingTool('haproxy') };
  },
  start: (environment, endpoints) => {
    const { balance, hashType = '' } = ALGORITHMS[environment.shape.algorithm];
    return startConfigured(
      {
        name: 'haproxy',
        template: environment.shape.apart ? 'haproxy-apart.cfg' : 'haproxy.cfg',
        values: {
          ALGORITHM: balance,
          HASH_TYPE: hashType,
          MAX_CONNECTIONS: Math.floor((environment.fileLimit - OTHER_DESCRIPTORS) / 2),
        },
        encrypting: {
          values: (_mode, { both }) => ({ TLS: ` ssl crt ${both} ssl-min-ver TLSv1.2` }),
          mutual: (file) => ` ca-file ${file} verify required`,
          reencrypting: (file) =>
            ` ssl verify required ca-file ${file} sni str(${SERVER_NAME}) verifyhost ${SERVER_NAME}`,
          without: { TLS: '' },
        },
        denying: {
          values: (file) => ({ DENY: `tcp-request connection reject if { src -f ${file} }` }),
          without: { DENY: '' },
          entry: (address) => address,
        },
        command: (config) => [tool(environment.tools, 'haproxy').path, '-db', '-f', config],
        spread: ({ folder }) => haproxySpread(join(folder, 'admin.sock'), environment.shape.threads),
      },
      environment,
      endpoints,
    );
  },
});
