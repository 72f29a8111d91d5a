import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long anything may take before it counts as hanging. */
const PATIENCE_MS = 60_000;

/** What happened to a session, for the one who judges it. */
export class SessionFailed extends Error {
  /** Life of the endpoint that had greeted it. */
  readonly endpoint: string | undefined;
  /** Nothing came, not even an end. */
  readonly hung: boolean;
  constructor(message: string, endpoint: string | undefined, hung: boolean) {
    super(message);
    this.endpoint = endpoint;
    this.hung = hung;
  }
}

/**
 * A client's connection that is read as it is wanted. Throws SessionFailed when it ends otherwise than
 * wanted.
 */
export class Session {
  readonly socket: Socket;
  endpoint: string | undefined;
  #read: Buffer = Buffer.alloc(0);
  #over: string | undefined;
  #wake = (): void => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#read = this.#read.length === 0 ? data : Buffer.concat([this.#read, data]);
      this.#wake();
    });
    socket.on('end', () => {
      this.#over ??= 'end';
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#over = error.code ?? error.message;
      this.#wake();
    });
    socket.on('close', () => {
      this.#over ??= 'closed';
      this.#wake();
    });
  }

  /** Connects; with `greeted` it waits for the endpoint's name, too. */
  static async open(port: number, greeted = true): Promise<Session> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const session = new Session(socket);
    socket.on('connect', () => session.#wake());
    await session.#until(() => socket.readyState !== 'opening', 'to be connected');
    if (socket.readyState === 'closed') throw session.failed('to be connected');
    if (!greeted) return session;
    await session.#until(() => session.#read.includes(10), 'a greeting');
    const line = session.#read.indexOf(10);
    session.endpoint = session.#read.toString('latin1', 0, line);
    session.#read = session.#read.subarray(line + 1);
    return session;
  }

  send(data: Buffer | string): void {
    this.socket.write(data);
  }

  end(): void {
    this.socket.end();
  }

  /** The next bytes, as many as there are. */
  async some(): Promise<Buffer> {
    await this.#until(() => this.#read.length > 0, 'bytes');
    const taken = this.#read;
    this.#read = Buffer.alloc(0);
    return taken;
  }

  /** The next bytes, exactly so many. */
  async exactly(length: number): Promise<Buffer> {
    await this.#until(() => this.#read.length >= length, `${length} bytes`);
    const taken = this.#read.subarray(0, length);
    this.#read = this.#read.subarray(length);
    return taken;
  }

  /** The clean end of stream, with nothing before it; a failure otherwise. */
  async cleanEnd(): Promise<void> {
    await this.#until(() => this.#over !== undefined || this.#read.length > 0, 'the end of stream');
    if (this.#over !== 'end' || this.#read.length > 0)
      throw this.failed('the end of stream and nothing else');
    this.close();
  }

  /** Any end. */
  async anyEnd(): Promise<void> {
    while (this.#over === undefined) {
      this.#read = Buffer.alloc(0);
      await this.#change('any end');
    }
    this.close();
  }

  close(): void {
    this.socket.destroy();
  }

  /** The failure to throw; the connection is closed with it. */
  failed(wanted: string, seen = this.#over ?? `${this.#read.length} bytes`, hung = false): SessionFailed {
    this.close();
    return new SessionFailed(`wanted ${wanted}, saw ${seen}`, this.endpoint, hung);
  }

  async #until(condition: () => boolean, wanted: string): Promise<void> {
    while (!condition()) {
      if (this.#over !== undefined) throw this.failed(wanted);
      await this.#change(wanted);
    }
  }

  async #change(wanted: string): Promise<void> {
    const patience = new AbortController();
    const changed = new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
    });
    const inTime = await Promise.race([
      changed,
      sleep(PATIENCE_MS, false, { signal: patience.signal, ref: false }).catch(() => true),
    ]);
    patience.abort();
    if (!inTime) throw this.failed(wanted, `nothing for ${PATIENCE_MS} ms`, true);
  }
}
