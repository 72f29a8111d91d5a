import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import type { Place } from '../place.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, endpointValues, fillTemplate } from '../template.ts';
import { tool } from '../tools.ts';

const TEMPLATE = new URL('http.conf', import.meta.url);
/** Processes, one worker each: where there are more endpoints than these, each has many of them. */
const SERVERS = 2;

/** As many web servers as the shape says: what every peer stands in front of. */
export const openHttpEndpoints = async (place: Place): Promise<readonly Endpoint[]> => {
  const { network, shape, leash } = place;
  const ports = await freePorts(shape.endpoints);
  const endpoints = ports.map((port, index) => ({
    name: `endpoint-${index + 1}`,
    address: network.address.endpoint,
    port,
  }));
  const servers = Array.from({ length: SERVERS }, (_, server) =>
    endpoints.filter((_endpoint, index) => index % SERVERS === server),
  );
  await Promise.all(
    servers.map(async (own, index) => {
      const [first] = own;
      if (!first) return;
      const name = `web-${index + 1}`;
      const file = join(leash.folder, `${name}.conf`);
      const values = { NAME: name, FILE_LIMIT: place.fileLimit };
      writeFileSync(file, fillTemplate(readFileSync(TEMPLATE, 'utf8'), values, [endpointValues(own)]));
      await startServer(
        place,
        'endpoint',
        name,
        [tool(place.tools, 'nginx').path, '-p', leash.folder, '-e', 'stderr', '-c', file],
        first.port,
      );
    }),
  );
  return endpoints;
};
