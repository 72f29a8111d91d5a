import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A TCP server in the test's own process, with the behaviour that the test passes. */
export interface EndpointServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  close(): Promise<void>;
}

export const startEndpoint = async (
  onConnection: (socket: Socket) => void,
  address = '127.0.0.1',
  port = 0,
): Promise<EndpointServer> => {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // a reset is a result here, not a failure of the server
    onConnection(socket);
  });
  server.listen(port, address, 4096);
  await once(server, 'listening');
  // If a test fails before closing this, its process must still be able to exit.
  server.unref();
  return {
    port: (server.address() as { port: number }).port,
    accepted: () => accepted,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** Echoes what it receives, and ends its stream after the client has. */
export const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/** Sends `name` and ends its stream, which shows which endpoint a connection has reached. */
export const greet =
  (name: string) =>
  (socket: Socket): void => {
    socket.end(name);
  };
