import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { proxyStart } from '../bench/peers/as-image.ts';
import { manifestText, ProxyProcess } from '../proxy/relay/proxy-process.ts';
import { CLIENT_KINDS, type ClientKind, type Targets } from './clients.ts';
import { Endpoints } from './endpoints.ts';
import { manifestOf, type SoakPorts } from './manifest.ts';
import { Rotation } from './rotation.ts';
import { SessionFailed } from './session.ts';
import { TLS_CLIENT_KINDS } from './tls-clients.ts';
import type { Sample, SoakResult } from './verdict.ts';

const ENDPOINTS = 4;
const CHANGE_EVERY_MS = 300;
/** Every n-th change is an invalid manifest, which the proxy must refuse. */
const INVALID_EVERY = 20;
const KILL_EVERY_MS = 5_000;
const DOWN_MS = 800;
/**
 * How long after a kill a connection may fail that has not received an endpoint's name: in between, the proxy
 * may try other endpoints.
 */
const KILL_NOTICED_WITHIN_MS = 2_000;
/** Including the one that comes and goes. */
const LISTENERS = 5;
const SAMPLE_EVERY_MS = 1_000;
/** How long the last connections may take to end. */
const IDLE_WITHIN_MS = 20_000;

export interface SoakOptions {
  readonly forMs: number;
  readonly acceptors: number;
  readonly signal: AbortSignal;
  /** Called every second. */
  readonly onProgress: (progress: Progress) => void;
  /** Called for each failed session that no kill explains. */
  readonly onFailure: (message: string) => void;
}

export interface Progress {
  readonly atMs: number;
  readonly good: number;
  readonly killed: number;
  readonly failed: number;
  readonly open: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly changes: number;
  /** Of the certificates of the listeners that end TLS. */
  readonly rotations: number;
  readonly deaths: number;
}

/** The kinds of a process's descriptors, without inode numbers; files are omitted. */
const descriptorsOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`)
    .flatMap((fd) => {
      try {
        const what = readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\[\d+\]/, '');
        return what.startsWith('/') ? [] : [what];
      } catch {
        return []; // closed meanwhile
      }
    })
    .sort();

/** One soak: the proxy, its endpoints and the counters. */
class Soak {
  readonly #options: SoakOptions;
  readonly #proxy: ProxyProcess;
  readonly #endpoints: Endpoints;
  readonly #ports: SoakPorts;
  readonly #pid: number;
  readonly #rotation: Rotation;
  readonly #start = performance.now();
  readonly #sessions: Record<string, { good: number; killed: number }> = {};
  readonly #failures: string[] = [];
  readonly #samples: Sample[] = [];
  #changes = 0;
  #descriptorsBefore: readonly string[] = [];

  constructor(
    options: SoakOptions,
    proxy: ProxyProcess,
    endpoints: Endpoints,
    ports: SoakPorts,
    rotation: Rotation,
  ) {
    this.#options = options;
    this.#proxy = proxy;
    this.#endpoints = endpoints;
    this.#ports = ports;
    this.#pid = proxy.process.pid as number;
    this.#rotation = rotation;
  }

  async run(): Promise<SoakResult> {
    await this.#settled();
    this.#descriptorsBefore = descriptorsOf(this.#pid);
    const { steady, fleeting, secure, strange } = this.#ports;
    const targets: Targets = { steady, fleeting, secure, strange };
    await Promise.all([
      ...[...CLIENT_KINDS, ...TLS_CLIENT_KINDS].flatMap((kind) =>
        Array.from({ length: kind.clients }, (_, index) => this.#client(kind, targets, index)),
      ),
      this.#change(),
      this.#kill(),
      this.#sample(),
      this.#rotation.run(() => this.#isOver),
    ]);
    await this.#proxy.write(manifestText(manifestOf(this.#ports, 0)));
    await this.#settled();
    const openAfter = await this.#proxy.open();
    const accepted = await this.#proxy.metric('l4balancer_acceptor_accepted_connections_total');
    const closed = await this.#proxy.metric('l4balancer_connections_closed_total');
    const acceptorDeaths = await this.#proxy.metric('l4balancer_acceptor_deaths_total');
    const descriptorsAfter = await this.#descriptorsAfter();
    return {
      sessions: this.#sessions,
      failures: this.#failures,
      samples: this.#samples,
      descriptorsBefore: this.#descriptorsBefore,
      descriptorsAfter,
      openAfter,
      accepted,
      closed,
      acceptorDeaths,
      exitCode: await this.#proxy.stop(),
    };
  }

  get #isOver(): boolean {
    return this.#options.signal.aborted || performance.now() - this.#start > this.#options.forMs;
  }

  async #client(kind: ClientKind, targets: Targets, index: number): Promise<void> {
    const count = this.#sessions[kind.name] ?? { good: 0, killed: 0 };
    this.#sessions[kind.name] = count;
    // Spreads the first sessions.
    await sleep((index * kind.pauseMs) / kind.clients);
    while (!this.#isOver) {
      const since = performance.now();
      try {
        await kind.session(targets, () => this.#isOver);
        count.good++;
      } catch (error) {
        await this.#explain(kind, since, error, count);
      }
      await sleep(Math.random() * kind.pauseMs);
    }
  }

  async #explain(kind: ClientKind, since: number, error: unknown, count: { killed: number }): Promise<void> {
    const failedAt = performance.now();
    // A client may notice a kill before this process sees that the endpoint has exited.
    await sleep(500);
    // A kill ends connections at once; it leaves none hanging.
    const from = Math.max(since, failedAt - KILL_NOTICED_WITHIN_MS);
    if (error instanceof SessionFailed && !error.hung && this.#endpoints.explains(error.endpoint, from)) {
      count.killed++;
      return;
    }
    const suffix = error instanceof SessionFailed ? ` (endpoint ${error.endpoint ?? 'unknown'})` : '';
    const message = `${kind.name}: ${error instanceof Error ? error.message : String(error)}${suffix}`;
    this.#failures.push(message);
    this.#options.onFailure(message);
  }

  async #change(): Promise<void> {
    while (!this.#isOver) {
      this.#changes++;
      const manifest = manifestOf(this.#ports, this.#changes);
      const bad = this.#changes % INVALID_EVERY === 0;
      await this.#proxy.write(manifestText(bad ? { ...manifest, backends: [] } : manifest));
      await sleep(CHANGE_EVERY_MS);
    }
  }

  async #kill(): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      await sleep(KILL_EVERY_MS - DOWN_MS);
      await this.#endpoints.killOne(turn, DOWN_MS);
    }
  }

  async #sample(): Promise<void> {
    while (!this.#isOver) {
      await sleep(SAMPLE_EVERY_MS);
      const atMs = performance.now() - this.#start;
      const rssBytes = (await this.#proxy.memory()).now;
      this.#samples.push({ atMs, rssBytes });
      const counts = Object.values(this.#sessions);
      this.#options.onProgress({
        atMs,
        rssBytes,
        good: counts.reduce((sum, { good }) => sum + good, 0),
        killed: counts.reduce((sum, { killed }) => sum + killed, 0),
        failed: this.#failures.length,
        open: await this.#proxy.open(),
        descriptors: descriptorsOf(this.#pid).length,
        changes: this.#changes,
        rotations: this.#rotation.rotations,
        deaths: this.#endpoints.deaths,
      });
    }
  }

  /** Waits until the newest manifest is served without findings and no connection is open. */
  async #settled(): Promise<void> {
    const end = performance.now() + IDLE_WITHIN_MS;
    while (performance.now() < end) {
      const { findings, listeners } = await this.#proxy.status();
      const served = listeners.filter(({ leaving }) => !leaving).length;
      if (findings.length === 0 && served === LISTENERS && (await this.#proxy.open()) === 0) return;
      await sleep(100);
    }
  }

  /** The descriptors that are left once those of admin requests are closed. */
  async #descriptorsAfter(): Promise<readonly string[]> {
    const end = performance.now() + IDLE_WITHIN_MS;
    for (;;) {
      const now = descriptorsOf(this.#pid);
      if (now.join() === this.#descriptorsBefore.join() || performance.now() > end) return now;
      await sleep(100);
    }
  }
}

/** Runs the proxy under a mixed load while its table changes and its endpoints are killed. */
export const runSoak = async (options: SoakOptions): Promise<SoakResult> => {
  const endpoints = await Endpoints.start(ENDPOINTS);
  try {
    using rotation = new Rotation();
    await rotation.write();
    const free = (await freePorts(5)) as [number, number, number, number, number];
    const [first, second, fleeting, secure, strange] = free;
    const ports: SoakPorts = {
      ...{ steady: [first, second], fleeting, secure, strange },
      certificates: rotation.files,
      endpoints: endpoints.ports,
    };
    const env = { NUM_ACCEPTORS: `${options.acceptors}`, LOG_LEVEL: 'error', L4B_GRACE_PERIOD: '10s' };
    // As in a pod: without them, the young generation of V8 grows by some 40 MiB in half an hour.
    const { flags } = proxyStart(REPOSITORY);
    const proxy = await ProxyProcess.start(manifestOf(ports, 0), { env, flags });
    try {
      return await new Soak(options, proxy, endpoints, ports, rotation).run();
    } finally {
      await proxy.stop();
    }
  } finally {
    await endpoints.stop();
  }
};
