import type { Peer } from '../peer.ts';
import type { Tools } from '../tools.ts';
import { missingTool, tool } from '../tools.ts';
import { startConfigured } from './configured.ts';

/** nginx stream with one worker per core. */
export const nginxStream = (tools: Tools): Peer => ({
  name: 'nginx stream',
  find() {
    const found = tools.found['nginx stream'];
    const missing = tools.found.nginx ? 'nginx stream' : 'nginx';
    return found ? { found: true, version: found.version } : { found: false, why: missingTool(missing) };
  },
  start: (place, endpoints) =>
    startConfigured(
      {
        name: 'nginx-stream',
        template: 'nginx-stream.conf',
        command: (config, folder) => [
          tool(place.tools, 'nginx stream').path,
          '-p',
          folder,
          '-e',
          'stderr',
          '-c',
          config,
        ],
      },
      place,
      endpoints,
    ),
});
