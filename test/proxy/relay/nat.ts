import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Passes the datagrams of one client on to a port, as a NAT device does, from an address of its own. */
export class Nat {
  readonly #inside: Socket;
  readonly #to: number;
  #outside: Socket;
  #client: number | undefined;
  #left: Socket[] = [];
  #sent = 0;
  /** What the client has sent during a `rebind`; undefined at other times. */
  #held: Buffer[] | undefined;

  private constructor(inside: Socket, outside: Socket, to: number) {
    this.#inside = inside;
    this.#outside = outside;
    this.#to = to;
    inside.on('message', (data, { port }) => {
      this.#client = port;
      if (this.#held === undefined) this.#pass(data);
      else this.#held.push(data);
    });
    this.#listen(outside);
  }

  static async open(to: number): Promise<Nat> {
    return new Nat(await bound(), await bound(), to);
  }

  get port(): number {
    return this.#inside.address().port;
  }

  /**
   * Forgets what it knew of the client, whose next datagram comes from another port. What the client sends
   * is held until `arrived` resolves, which is called with the number of datagrams sent before: on a network,
   * too, a change of address takes longer than a datagram waits in a queue.
   */
  async rebind(arrived?: (sent: number) => Promise<unknown>): Promise<void> {
    const next = await bound();
    this.#listen(next);
    this.#held = [];
    await arrived?.(this.#sent);
    this.#left.push(this.#outside);
    this.#outside.removeAllListeners('message');
    this.#outside = next;
    for (const data of this.#held) this.#pass(data);
    this.#held = undefined;
  }

  close(): void {
    for (const socket of [this.#inside, this.#outside, ...this.#left]) socket.close();
  }

  #pass(data: Buffer): void {
    this.#sent++;
    this.#outside.send(data, this.#to, '127.0.0.1');
  }

  #listen(outside: Socket): void {
    outside.on('message', (data, { port }) => {
      if (this.#client !== undefined && port === this.#to) this.#inside.send(data, this.#client, '127.0.0.1');
    });
  }
}

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setRecvBufferSize(4 << 20);
  socket.unref();
  return socket;
};
