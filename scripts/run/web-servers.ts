import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** HTTP servers on loopback that respond with their name: the sample's endpoints when there is no cluster. */
export interface WebServers {
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/** Starts `count` servers named web-1, web-2, … on free ports. */
export const startWebServers = async (count: number): Promise<WebServers> => {
  const servers: Server[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `web-${number}`;
    const server = createServer((_, response) => {
      response.end(`${name}\n`);
    });
    server.keepAliveTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    async close() {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
};
