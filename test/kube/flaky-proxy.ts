import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { resetSocket } from '../../program/reset-socket.ts';

/** A TCP proxy on 127.0.0.1 that simulates network failures on demand. */
export interface FlakyProxy {
  readonly port: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: number;
  /** Resets every open connection. New ones are still accepted. */
  cut(): void;
  /** Forwards this many more bytes towards the clients, then resets the connection that reached the limit. */
  cutAfter(bytes: number): void;
  /** Stops forwarding; connections stay open and new ones are accepted: a peer that hangs. */
  stall(): void;
  /** Resumes forwarding, including what was held back. */
  resume(): void;
  /**
   * Partitions the network: nothing is forwarded. Data sent is kept, as the sender's kernel would retransmit
   * it; a reset connection discards it, one closed in order does not.
   */
  partition(): void;
  /** Ends the partition and delivers the kept data, also of connections closed in order meanwhile. */
  heal(): void;
  /** Stops listening (ECONNREFUSED) and resets every open connection. */
  refuse(): Promise<void>;
  /** Listens on the same port again. */
  accept(): Promise<void>;
  /** Closes everything. */
  stop(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly kept: { readonly to: Socket; readonly chunk: Buffer }[];
}

/** Starts a proxy to 127.0.0.1:`targetPort`. */
export async function startFlakyProxy(targetPort: number): Promise<FlakyProxy> {
  const pairs = new Set<Pair>();
  let accepted = 0;
  let stalled = false;
  let isPartitioned = false;
  /** Closed in order by their client during the partition. */
  const closed = new Set<Pair>();
  let bytesLeft = Number.POSITIVE_INFINITY;

  function onConnection(client: Socket): void {
    accepted++;
    const server = connect(targetPort, '127.0.0.1');
    const pair: Pair = { client, server, kept: [] };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', end);
    }
    server.on('close', end);
    client.on('close', (wasReset) => {
      if (isPartitioned && !wasReset && pairs.delete(pair)) closed.add(pair);
      else end();
    });
    client.on('data', (data) => {
      const chunk = Buffer.from(data);
      if (isPartitioned) pair.kept.push({ to: server, chunk });
      else carry(chunk, client, server);
    });
    server.on('data', (data) => {
      const chunk = Buffer.from(data);
      if (isPartitioned) {
        pair.kept.push({ to: client, chunk });
        return;
      }
      if (chunk.length > bytesLeft) {
        client.write(chunk.subarray(0, bytesLeft), () => resetSocket(client));
        bytesLeft = Number.POSITIVE_INFINITY;
        return;
      }
      bytesLeft -= chunk.length;
      carry(chunk, server, client);
    });
    if (stalled) hold(pair);
  }

  async function listen(port: number): Promise<Server> {
    const server = createServer(onConnection);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  let listener: Server | undefined = await listen(0);
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP port');
  const { port } = address;

  const cut = () => {
    for (const { client, server } of [...pairs, ...closed]) {
      resetSocket(client);
      server.destroy();
    }
  };

  async function refuse(): Promise<void> {
    const closing = listener;
    listener = undefined;
    if (closing === undefined) return;
    const closed = once(closing, 'close');
    closing.close();
    cut();
    await closed;
  }

  return {
    port,
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    cut,
    cutAfter(bytes) {
      bytesLeft = bytes;
    },
    stall() {
      stalled = true;
      for (const pair of pairs) hold(pair);
    },
    resume() {
      stalled = false;
      for (const { client, server } of pairs) {
        client.resume();
        server.resume();
      }
    },
    partition() {
      isPartitioned = true;
    },
    heal() {
      isPartitioned = false;
      for (const { kept } of [...pairs, ...closed])
        for (const { to, chunk } of kept.splice(0)) if (!to.destroyed) to.write(chunk);
      for (const { server } of closed) server.end();
      closed.clear();
    },
    refuse,
    async accept() {
      listener ??= await listen(port);
    },
    stop: refuse,
  };
}

function carry(chunk: Buffer, from: Socket, to: Socket): void {
  if (to.write(chunk)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

function hold({ client, server }: Pair): void {
  client.pause();
  server.pause();
}
