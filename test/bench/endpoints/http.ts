import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../cluster/free-port.ts';
import type { Place } from '../place.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, fillTemplate } from '../template.ts';
import { tool } from '../tools.ts';

const TEMPLATE = new URL('http.conf', import.meta.url);

/** Two web servers with one worker each: what every peer stands in front of. */
export const openHttpEndpoints = (place: Place): Promise<readonly Endpoint[]> =>
  Promise.all(
    ['endpoint-1', 'endpoint-2'].map(async (name) => {
      const port = await freePort();
      const file = join(place.leash.folder, `${name}.conf`);
      const values = { PORT: port, ENDPOINT_NAME: name, FILE_LIMIT: place.fileLimit };
      writeFileSync(file, fillTemplate(readFileSync(TEMPLATE, 'utf8'), values));
      await startServer(
        place.leash,
        name,
        [tool(place.tools, 'nginx').path, '-p', place.leash.folder, '-e', 'stderr', '-c', file],
        port,
        place.signal,
      );
      return { name, port };
    }),
  );
