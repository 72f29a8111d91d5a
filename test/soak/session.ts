import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** Time limit for each wait; after it the session counts as hung. */
const TIMEOUT_MS = 60_000;

export interface OpenOptions {
  readonly isGreeted?: boolean;
  readonly tls?: ConnectionOptions;
}

/** Why a session failed, and what is needed to judge whether a kill explains it. */
export class SessionFailed extends Error {
  /** Name that the endpoint had sent, if any. */
  readonly endpoint: string | undefined;
  /** True if nothing arrived, not even an end of stream. */
  readonly hung: boolean;
  constructor(message: string, endpoint: string | undefined, hung: boolean) {
    super(message);
    this.endpoint = endpoint;
    this.hung = hung;
  }
}

/** A client's connection that is read on demand. Throws SessionFailed if it ends in an unexpected way. */
export class Session {
  readonly socket: Socket;
  endpoint: string | undefined;
  #read: Buffer = Buffer.alloc(0);
  /** How the connection ended, if it has. */
  #outcome: string | undefined;
  #wake = (): void => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#read = this.#read.length === 0 ? data : Buffer.concat([this.#read, data]);
      this.#wake();
    });
    socket.on('end', () => {
      this.#outcome ??= 'end';
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#outcome = error.code ?? error.message;
      this.#wake();
    });
    socket.on('close', () => {
      this.#outcome ??= 'closed';
      this.#wake();
    });
  }

  /** Connects, with TLS if there is any; if it is greeted, it also waits for the endpoint's name. */
  static async open(port: number, { isGreeted = true, tls }: OpenOptions = {}): Promise<Session> {
    const options = { port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true };
    const socket =
      tls === undefined
        ? connect(options)
        : connectTls({ ...options, servername: 'soak.test', rejectUnauthorized: false, ...tls });
    const session = new Session(socket);
    socket.on('connect', () => session.#wake());
    await session.#until(() => socket.readyState !== 'opening', 'to be connected');
    if (socket.readyState === 'closed') throw session.failed('to be connected');
    if (!isGreeted) return session;
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

  /** The next bytes, as many as have arrived. */
  async some(): Promise<Buffer> {
    await this.#until(() => this.#read.length > 0, 'bytes');
    const taken = this.#read;
    this.#read = Buffer.alloc(0);
    return taken;
  }

  /** The next `length` bytes. */
  async exactly(length: number): Promise<Buffer> {
    await this.#until(() => this.#read.length >= length, `${length} bytes`);
    const taken = this.#read.subarray(0, length);
    this.#read = this.#read.subarray(length);
    return taken;
  }

  /** Waits for the end of stream; fails if anything else comes first. */
  async endOfStream(): Promise<void> {
    await this.#until(() => this.#outcome !== undefined || this.#read.length > 0, 'the end of stream');
    if (this.#outcome !== 'end' || this.#read.length > 0)
      throw this.failed('the end of stream and nothing else');
    this.close();
  }

  /** Waits until the connection ends in any way. */
  async anyClose(): Promise<void> {
    while (this.#outcome === undefined) {
      this.#read = Buffer.alloc(0);
      await this.#change('any end');
    }
    this.close();
  }

  close(): void {
    this.socket.destroy();
  }

  /** Closes the connection and returns the error to throw. */
  failed(
    expected: string,
    seen = this.#outcome ?? `${this.#read.length} bytes`,
    hung = false,
  ): SessionFailed {
    this.close();
    return new SessionFailed(`expected ${expected}, saw ${seen}`, this.endpoint, hung);
  }

  async #until(condition: () => boolean, expected: string): Promise<void> {
    while (!condition()) {
      if (this.#outcome !== undefined) throw this.failed(expected);
      await this.#change(expected);
    }
  }

  async #change(expected: string): Promise<void> {
    const timer = new AbortController();
    const changed = new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
    });
    const inTime = await Promise.race([
      changed,
      sleep(TIMEOUT_MS, false, { signal: timer.signal, ref: false }).catch(() => true),
    ]);
    timer.abort();
    if (!inTime) throw this.failed(expected, `nothing for ${TIMEOUT_MS} ms`, true);
  }
}
