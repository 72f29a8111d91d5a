import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { endWithThis } from '../end-with-this.ts';

const PROGRAM = new URL('./endpoint-program.ts', import.meta.url).pathname;

interface Endpoint {
  readonly port: number;
  starts: number;
  child: ChildProcess;
}

const startProgram = async (port: number, name: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [PROGRAM, `${port}`, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(child);
  await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`endpoint ${name} ended with ${code}`))),
  ]);
  return child;
};

/**
 * Endpoint processes that are killed and restarted on the same port. Each start has a name of its own, which
 * the process sends to its clients.
 */
export class Endpoints {
  #endpoints: Endpoint[];
  /** Names of the processes that were killed. */
  #deaths = new Set<string>();
  /** When the last one had exited, in milliseconds of performance.now(). */
  #lastDeathAt = Number.NEGATIVE_INFINITY;

  private constructor(endpoints: Endpoint[]) {
    this.#endpoints = endpoints;
  }

  static async start(count: number): Promise<Endpoints> {
    const ports = await freePorts(count);
    return new Endpoints(
      await Promise.all(
        ports.map(async (port, index) => ({
          port,
          starts: 0,
          child: await startProgram(port, `${index}.0`),
        })),
      ),
    );
  }

  get ports(): readonly number[] {
    return this.#endpoints.map(({ port }) => port);
  }

  get deaths(): number {
    return this.#deaths.size;
  }

  /** Kills an endpoint and starts it again `downMs` later. */
  async killOne(index: number, downMs: number): Promise<void> {
    const endpoint = this.#endpoints[index % this.#endpoints.length] as Endpoint;
    const name = `${this.#endpoints.indexOf(endpoint)}.${endpoint.starts}`;
    const gone = once(endpoint.child, 'exit');
    // Recorded before the kill, since clients may notice it before this process does.
    this.#deaths.add(name);
    endpoint.child.kill('SIGKILL');
    await gone;
    this.#lastDeathAt = performance.now();
    await sleep(downMs);
    endpoint.starts++;
    endpoint.child = await startProgram(
      endpoint.port,
      `${this.#endpoints.indexOf(endpoint)}.${endpoint.starts}`,
    );
  }

  /**
   * Whether a kill explains that a session failed: the kill of the session's endpoint or, if no endpoint had
   * sent its name yet, any kill since `since`, since an endpoint may be killed before it accepts a
   * connection.
   */
  explains(endpoint: string | undefined, since: number): boolean {
    return endpoint === undefined ? this.#lastDeathAt >= since : this.#deaths.has(endpoint);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#endpoints.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }
}
