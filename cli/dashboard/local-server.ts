import { createServer, type Server, type Socket } from 'node:net';
import type { PodPort, Tunnel, TunnelOpener } from '../../kube/port-forward.ts';
import { CliError } from '../errors/exit.ts';

export interface LocalServerOptions {
  readonly port: number;
  /** Whether another port will do if that one is taken. */
  readonly mayDiffer: boolean;
  readonly tunnels: TunnelOpener;
  /** Where connections lead now. Throws CliError if there is nothing. */
  readonly target: () => Promise<PodPort>;
  /** A connection could not be made, or ended with an error. */
  readonly onTrouble: (why: string) => void;
}

export interface LocalServer {
  readonly port: number;
  close(): void;
}

/** A browser that does not read, while its page is sent more, is disconnected at this; the page returns. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

const carry = async (
  socket: Socket,
  { tunnels, target, onTrouble }: Pick<LocalServerOptions, 'tunnels' | 'target' | 'onTrouble'>,
): Promise<void> => {
  let tunnel: Tunnel | undefined;
  socket.on('error', () => tunnel?.close());
  socket.on('close', () => tunnel?.close());
  try {
    const to = await target();
    let hasAnswered = false;
    tunnel = await tunnels.open(to, {
      onData(data) {
        hasAnswered = true;
        socket.write(data);
        if (socket.writableLength > MOST_WAITING_BYTES) socket.destroy();
      },
      onEnd(why) {
        if (why !== '' || !hasAnswered) onTrouble(why);
        socket.end();
      },
    });
  } catch (error) {
    onTrouble(error instanceof Error ? error.message : String(error));
    socket.destroy();
    return;
  }
  const { send, close } = tunnel;
  if (socket.destroyed) close();
  socket.on('data', send);
  socket.resume();
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      resolve((server.address() as { readonly port: number }).port);
    });
  });

const taken = (error: unknown, port: number): unknown =>
  (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? new CliError(
        'BadInput',
        `Port ${port} of this machine is in use; choose another one with --port, or --port 0 for any`,
        error,
      )
    : new CliError('Failed', `Cannot listen on port ${port}: ${(error as Error).message}`, error);

/** Listens at this machine alone, and carries each connection to a pod. Throws CliError. */
export const startLocalServer = async (options: LocalServerOptions): Promise<LocalServer> => {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void carry(socket, options);
  });
  const port = await listen(server, options.port).catch((error: unknown) => {
    if (!options.mayDiffer) throw taken(error, options.port);
    return listen(server, 0);
  });
  return {
    port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
