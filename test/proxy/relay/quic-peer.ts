import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';
import { goProgram } from '../../go-program.ts';

const SOURCE = fileURLToPath(new URL('./quic-peer/', import.meta.url));

/** Path of the program in `quic-peer/`. */
export const quicPeer = (): Promise<string> => goProgram('quic-peer', SOURCE, 'A peer for tests of QUIC');

/** A server or a client of QUIC in a process of its own, which speaks in lines. */
export class QuicPeer {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';
  /** How many of its lines were taken. */
  #taken = 0;

  private constructor(program: string, args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    endWithThis(this.#process);
    this.#ended = once(this.#process, 'exit');
    this.#process.stdout?.on('data', (data: Buffer) => {
      this.#output += data.toString();
    });
  }

  /** Starts a server that tells its clients this name. */
  static async server(
    program: string,
    name: string,
    ...flags: readonly string[]
  ): Promise<QuicPeer & { readonly port: number }> {
    const peer = new QuicPeer(program, ['-listen', '-name', name, ...flags]);
    const [, port] = (await peer.line()).split(' ');
    return Object.assign(peer, { port: Number(port) });
  }

  /** Starts a client and waits until it is connected. */
  static async client(program: string, port: number, ...flags: readonly string[]): Promise<QuicPeer> {
    const peer = new QuicPeer(program, ['-address', `127.0.0.1:${port}`, ...flags]);
    const line = await peer.line();
    if (line === 'connected') return peer;
    await peer.stop();
    throw new Error(`The client cannot connect: ${line}`);
  }

  /** Its next line. */
  async line(): Promise<string> {
    const lines = (): readonly string[] => this.#output.split('\n').slice(0, -1);
    await until('the peer says something', () => lines().length > this.#taken, { everyMs: 5 });
    return lines()[this.#taken++] as string;
  }

  /** Tells a client to do something, and returns what it says about it. */
  ask(command: string): Promise<string> {
    this.#process.stdin?.write(`${command}\n`);
    return this.line();
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
