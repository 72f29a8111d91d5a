import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { accessLog } from '../../../crds/access-log.ts';
import type { backend } from '../../../crds/backend.ts';
import type { drain } from '../../../crds/drain.ts';
import type { limits } from '../../../crds/limits.ts';
import type { listener } from '../../../crds/listener.ts';
import type { otlp } from '../../../crds/otlp.ts';
import type { sources } from '../../../crds/sources.ts';
import type { tuning } from '../../../crds/tuning.ts';
import type { Status } from '../../../report/status.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';
import { readStatus } from '../../report/read-status.ts';
import { descriptorsOf } from '../descriptors.ts';
import { reportOnFailure } from './failure-report.ts';

/** A page that takes longer is considered hung. */
const ANSWER_MS = 30_000;
const ACCOUNT_MS = 2_000;
const REPORTED_METRICS = ['l4balancer_connections_closed_total', 'l4balancer_connect_'];
const MAIN = new URL('../../../proxy/main.ts', import.meta.url).pathname;

export interface ListenerInput {
  readonly name: string;
  readonly port: number;
  /** Only with routes it may be omitted. */
  readonly backend?: string;
  readonly protocol?: 'TCP' | 'UDP';
  readonly idle?: string;
  readonly halfClosed?: string;
  readonly handshake?: string;
  readonly firstByte?: string;
  readonly proxyProtocol?: z.input<typeof listener>['proxyProtocol'];
  readonly limits?: z.input<typeof limits>;
  readonly sources?: z.input<typeof sources>;
  readonly stickiness?: z.input<typeof listener>['stickiness'];
  readonly tls?: z.input<typeof listener>['tls'];
}

/** As in a manifest, fields with a default may be omitted. */
export type BackendInput = z.input<typeof backend>;

export interface Manifest {
  readonly listeners: readonly ListenerInput[];
  readonly backends: readonly BackendInput[];
  readonly drain?: z.input<typeof drain>;
  readonly accessLog?: z.input<typeof accessLog>;
  readonly otlp?: z.input<typeof otlp>;
  readonly tuning?: z.input<typeof tuning>;
}

/** A manifest as a user would write it; JSON is YAML. */
export const manifestText = ({ listeners, ...rest }: Manifest): string =>
  JSON.stringify({
    apiVersion: 'l4balancer.dev/v1alpha1',
    kind: 'L4Balancer',
    metadata: { name: 'test' },
    spec: {
      // A failing test shows how failed connections ended.
      accessLog: { mode: 'Errors' },
      ...rest,
      listeners: listeners.map(({ idle, halfClosed, handshake, firstByte, ...others }) => ({
        ...others,
        timeouts: {
          ...(idle ? { idle } : {}),
          ...(halfClosed ? { halfClosed } : {}),
          ...(firstByte ? { firstByte } : {}),
          ...(handshake ? { handshake } : {}),
        },
      })),
    },
  });

/** The real proxy, in a process of its own, with a manifest file. */
export class ProxyProcess {
  readonly admin: string;
  readonly process: ChildProcess;
  output = '';
  /** Its account just before it was stopped. */
  lastAccount: readonly string[] = [];
  #folder: string;
  #file: string;

  private constructor(process: ChildProcess, admin: string, folder: string, file: string) {
    this.process = process;
    this.admin = admin;
    this.#folder = folder;
    this.#file = file;
    process.stdout?.on('data', (data: Buffer) => {
      this.output += data.toString();
    });
    process.stderr?.on('data', (data: Buffer) => {
      this.output += data.toString();
    });
  }

  /**
   * Starts the proxy and waits until every acceptor serves. `wrap` is put before the command, for example
   * prlimit.
   */
  static async start(
    manifest: Manifest,
    options: {
      readonly env?: Record<string, string>;
      readonly wrap?: readonly string[];
      /** Flags of Node. */
      readonly flags?: readonly string[];
    } = {},
  ): Promise<ProxyProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'l4b-relay-'));
    const file = join(folder, 'balancer.yaml');
    await writeFile(file, manifestText(manifest));
    const admin = `127.0.0.1:${await freePort()}`;
    const command = [...(options.wrap ?? []), process.execPath, ...(options.flags ?? []), MAIN];
    const child = spawn(command[0] as string, command.slice(1), {
      env: {
        ...process.env,
        L4B_CONFIG: file,
        L4B_ADMIN: admin,
        NUM_ACCEPTORS: '2',
        LOG_LEVEL: 'info',
        L4B_GRACE_PERIOD: '2s',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithThis(child);
    const proxy = new ProxyProcess(child, admin, folder, file);
    reportOnFailure(proxy);
    try {
      await proxy.until('ready', async () => (await fetch(`http://${admin}/readyz`)).ok);
    } catch (error) {
      child.kill('SIGKILL');
      await proxy.stop();
      throw error;
    }
    return proxy;
  }

  async status(): Promise<Status> {
    return readStatus(await (await this.#ask('status')).text());
  }

  #ask(page: string, ms = ANSWER_MS): Promise<Response> {
    return fetch(`http://${this.admin}/${page}`, { signal: AbortSignal.timeout(ms) });
  }

  /** The sum of the samples of a metric that have all these labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await this.#ask('metrics')).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const samples = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .filter((line) => wanted.every((label) => line.includes(label)));
    if (samples.length === 0) throw new Error(`The metrics have no ${name} with ${wanted}`);
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** How many client connections are open now, on all listeners together. */
  async open(): Promise<number> {
    return (await this.status()).listeners.reduce((sum, { open }) => sum + open, 0);
  }

  /** Atomically replaces the manifest file, as an editor does. */
  async write(text: string): Promise<void> {
    await writeFile(`${this.#file}.new`, text);
    await rename(`${this.#file}.new`, this.#file);
  }

  /**
   * Makes a change and waits until every acceptor serves it: the control thread reports it before the last of
   * them does, and any of them may get the next client.
   */
  async serve(change: () => Promise<unknown>): Promise<void> {
    const { tableVersion } = await this.status();
    await change();
    await this.untilServed(tableVersion + 1);
  }

  /** Waits until every acceptor serves the newest table, which has at least this version. */
  async untilServed(version = 1): Promise<void> {
    await this.until(`serving version ${version} with every acceptor`, async () => {
      const { acceptors, tableVersion } = await this.status();
      return tableVersion >= version && acceptors.every((acceptor) => acceptor.tableVersion === tableVersion);
    });
  }

  /** Polls until `check` holds; fails with the proxy's output if the process exits or after a minute. */
  async until(what: string, check: () => Promise<boolean>): Promise<void> {
    const poll = async (): Promise<boolean> => {
      if (this.hasEnded)
        throw new Error(
          `The proxy ended with ${this.process.exitCode ?? this.process.signalCode} before it was ${what}:\n${this.output}`,
        );
      try {
        return await check();
      } catch (error) {
        // The admin endpoint may not be listening yet; any other error fails the test.
        if (error instanceof TypeError) return false;
        throw error;
      }
    };
    await until(`the proxy is ${what}`, poll, { seen: () => this.output });
  }

  /** How many descriptors of each kind it holds, according to the kernel. */
  descriptors(): Readonly<Record<string, number>> {
    return descriptorsOf(this.process.pid as number, Number(this.admin.split(':').at(-1)));
  }

  /** Resident memory now and at its peak, in bytes. */
  async memory(): Promise<{ readonly now: number; readonly peak: number }> {
    const text = await readFile(`/proc/${this.process.pid}/status`, 'utf8');
    const kib = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) * 1024;
    return { now: kib('VmRSS'), peak: kib('VmHWM') };
  }

  /** Processor time used so far, in milliseconds. */
  async cpuMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** The versions it serves, its findings, and how its connections ended; shown when a test fails. */
  async account(): Promise<readonly string[]> {
    if (this.hasEnded) return this.lastAccount;
    try {
      const answer = await this.#ask('status', ACCOUNT_MS);
      const { tableVersion, revision, acceptors, listeners, findings } = readStatus(await answer.text());
      const metrics = await (await this.#ask('metrics', ACCOUNT_MS)).text();
      return [
        JSON.stringify({ tableVersion, revision, acceptors, listeners, findings }),
        ...metrics
          .split('\n')
          .filter((line) => REPORTED_METRICS.some((name) => line.startsWith(name)) && !line.endsWith(' 0')),
      ];
    } catch (error) {
      return [`/status and /metrics did not answer: ${error}, ${error instanceof Error ? error.cause : ''}`];
    }
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  async stop(): Promise<number | null> {
    if (!this.hasEnded) {
      this.lastAccount = await this.account();
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
    return this.process.exitCode;
  }
}
