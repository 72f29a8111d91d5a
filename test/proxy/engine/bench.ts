import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import type { EngineOptions, StartEngine } from '../../../proxy/engine/kind.ts';
import type { TableBackend } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient } from '../relay/client.ts';
import { type EndpointServer, startEndpoint } from '../relay/endpoint-server.ts';
import { type BackendChange, tableBackend } from '../tables.ts';

/**
 * An engine with its events, three ports, endpoints and clients; all of them are closed when the test ends.
 */
export const engineBench = async (
  t: TestContext,
  start: StartEngine,
  options: Partial<EngineOptions> = {},
) => {
  const ports = (await freePorts(3)) as [number, number, number];
  const events: EngineEvent[] = [];
  const engine = await start({ acceptors: 2, onEvent: (event) => events.push(event), ...options });
  const endpoints: EndpointServer[] = [];
  const clients: Socket[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= engine.close();
    return closing;
  };
  t.after(async () => {
    for (const client of clients) client.destroy();
    await close();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  });
  return {
    engine,
    events,
    ports,
    /** Closes the engine, unless it is closed already. */
    close,
    endpoint: async (onConnection: (socket: Socket) => void): Promise<EndpointServer> => {
      const endpoint = await startEndpoint(onConnection);
      endpoints.push(endpoint);
      return endpoint;
    },
    /** A client of an echoing endpoint that has received an answer. */
    answered: async (port: number): Promise<Socket> => {
      const client = await dialClient(port);
      client.on('error', () => undefined); // some tests reset it
      clients.push(client);
      client.write('hello');
      await once(client, 'data');
      return client;
    },
  };
};

/** A backend with these endpoints on this machine. */
export const backendAt = (
  endpoints: readonly { readonly port: number }[],
  change: BackendChange = {},
): TableBackend =>
  tableBackend({
    endpoints: endpoints.map(({ port }) => ({ address: '127.0.0.1', port, weight: 1 })),
    ...change,
  });
