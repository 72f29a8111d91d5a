import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import type { Environment } from '../environment.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, endpointValues, fillTemplate } from '../template.ts';
import { tool } from '../tools.ts';

const TEMPLATE = new URL('http.conf', import.meta.url);
/** Number of nginx processes, with one worker each. The endpoints are divided among them. */
const SERVERS = 2;

/** Starts as many web endpoints as the shape requires; all peers share them. */
export const openHttpEndpoints = async (environment: Environment): Promise<readonly Endpoint[]> => {
  const { network, shape, leash } = environment;
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
      const values = { NAME: name, FILE_LIMIT: environment.fileLimit };
      writeFileSync(file, fillTemplate(readFileSync(TEMPLATE, 'utf8'), values, [endpointValues(own)]));
      await startServer(
        environment,
        'endpoint',
        name,
        [tool(environment.tools, 'nginx').path, '-p', leash.folder, '-e', 'stderr', '-c', file],
        first.port,
      );
    }),
  );
  return endpoints;
};
