import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { until } from '../../../tooling/wait/until.ts';

const BUFFER_BYTES = 4 << 20;

export interface DatagramEndpoint {
  readonly port: number;
  /** Datagrams that it got. */
  readonly received: () => number;
  close(): Promise<void>;
}

type OnDatagram = (data: Buffer, from: RemoteInfo, socket: Socket) => void;

const bound = async (address: string, port: number): Promise<Socket> => {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.bind({ port, address });
  await once(socket, 'listening');
  socket.setRecvBufferSize(BUFFER_BYTES);
  // If a test fails before closing this, its process must still be able to exit.
  socket.unref();
  return socket;
};

/** A UDP server in the test's own process. */
export const startDatagramEndpoint = async (
  onDatagram: OnDatagram,
  address = '127.0.0.1',
  port = 0,
): Promise<DatagramEndpoint> => {
  const socket = await bound(address, port);
  let received = 0;
  let closing: Promise<unknown> | undefined;
  socket.on('message', (data, from) => {
    received++;
    onDatagram(data, from, socket);
  });
  return {
    port: socket.address().port,
    received: () => received,
    close: async () => {
      if (closing === undefined) {
        closing = once(socket, 'close');
        socket.close();
      }
      await closing;
    },
  };
};

/** Sends every datagram back. */
export const echoDatagrams: OnDatagram = (data, { port, address }, socket) => {
  socket.send(data, port, address);
};

/** Answers every datagram with a name, which shows which endpoint it has reached. */
export const nameItself =
  (name: string): OnDatagram =>
  (_data, { port, address }, socket) => {
    socket.send(name, port, address);
  };

/** A UDP client with a port of its own. */
export class DatagramClient {
  readonly socket: Socket;
  /** What it got and has not taken, the oldest first. */
  readonly answers: Buffer[] = [];
  /** From where the last one came. */
  lastFrom: RemoteInfo | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', (data, from) => {
      this.answers.push(data);
      this.lastFrom = from;
    });
  }

  static async open(address = '127.0.0.1', port = 0): Promise<DatagramClient> {
    return new DatagramClient(await bound(address, port));
  }

  send(data: string | Uint8Array, port: number, to = '127.0.0.1'): void {
    this.socket.send(data, port, to);
  }

  /** The next answer. */
  async next(): Promise<Buffer> {
    await until('an answer comes', () => this.answers.length > 0, { everyMs: 2 });
    return this.answers.shift() as Buffer;
  }

  /** Sends a datagram until it is answered, since one may be lost, and returns the first answer. */
  async ask(data: string | Uint8Array, port: number, to = '127.0.0.1'): Promise<string> {
    let asked = 0;
    await until(
      `port ${port} answers`,
      () => {
        if (asked++ % 50 === 0) this.send(data, port, to);
        return this.answers.length > 0;
      },
      { everyMs: 4 },
    );
    return (this.answers.shift() as Buffer).toString();
  }

  close(): void {
    this.socket.close();
  }
}
