import type { Algorithm } from '../environment.ts';
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
        template: 'nginx-stream.conf',
        apart: 'nginx-stream-apart.conf',
        values: {
          ALGORITHM: ALGORITHMS[environment.shape.algorithm],
          LOAD_STREAM: environment.tools.loadStream,
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
