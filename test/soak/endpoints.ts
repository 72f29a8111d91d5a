import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { endWithThis } from '../end-with-this.ts';

const PROGRAM = new URL('./endpoint-program.ts', import.meta.url).pathname;

interface Endpoint {
  readonly port: number;
  life: number;
  child: ChildProcess;
}

const begin = async (port: number, name: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [PROGRAM, `${port}`, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(child);
  await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`endpoint ${name} ended with ${code}`))),
  ]);
  return child;
};

/**
 * Endpoint processes that are killed and come back on the same port; each life has a name of its own, which
 * it tells its clients.
 */
export class Endpoints {
  #endpoints: Endpoint[];
  /** Names of the lives that ended. */
  #deaths = new Set<string>();
  /** When the last one did, in milliseconds of performance.now(). */
  #lastDeath = Number.NEGATIVE_INFINITY;

  private constructor(endpoints: Endpoint[]) {
    this.#endpoints = endpoints;
  }

  static async start(count: number): Promise<Endpoints> {
    const ports = await freePorts(count);
    return new Endpoints(
      await Promise.all(
        ports.map(async (port, index) => ({ port, life: 0, child: await begin(port, `${index}.0`) })),
      ),
    );
  }

  get ports(): readonly number[] {
    return this.#endpoints.map(({ port }) => port);
  }

  get deaths(): number {
    return this.#deaths.size;
  }

  /** Kills an endpoint and starts it again `awayMs` later. */
  async killOne(index: number, awayMs: number): Promise<void> {
    const endpoint = this.#endpoints[index % this.#endpoints.length] as Endpoint;
    const name = `${this.#endpoints.indexOf(endpoint)}.${endpoint.life}`;
    const gone = once(endpoint.child, 'exit');
    // Noted first: its clients may hear of it before this process does. And again: until now one may have
    // come to it.
    this.#deaths.add(name);
    endpoint.child.kill('SIGKILL');
    await gone;
    this.#lastDeath = performance.now();
    await sleep(awayMs);
    endpoint.life++;
    endpoint.child = await begin(endpoint.port, `${this.#endpoints.indexOf(endpoint)}.${endpoint.life}`);
  }

  /**
   * Whether a kill explains that a session failed: that of the endpoint that greeted it, or, where none had
   * yet, any since `since`: a connection may be lost in the queue of an endpoint that never took it.
   */
  explains(endpoint: string | undefined, since: number): boolean {
    return endpoint === undefined ? this.#lastDeath >= since : this.#deaths.has(endpoint);
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
