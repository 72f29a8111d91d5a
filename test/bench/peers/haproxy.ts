import type { Peer } from '../peer.ts';
import type { Tools } from '../tools.ts';
import { missingTool, tool } from '../tools.ts';
import { startConfigured } from './configured.ts';

/** HAProxy in TCP mode with one thread per core. */
export const haproxy = (tools: Tools): Peer => ({
  name: 'HAProxy',
  find() {
    const found = tools.found.haproxy;
    return found ? { found: true, version: found.version } : { found: false, why: missingTool('haproxy') };
  },
  start: (place, endpoints) =>
    startConfigured(
      {
        name: 'haproxy',
        template: 'haproxy.cfg',
        command: (config) => [tool(place.tools, 'haproxy').path, '-db', '-f', config],
      },
      place,
      endpoints,
    ),
});
