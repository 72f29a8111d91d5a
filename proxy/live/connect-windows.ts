import type { LiveBackend } from '../../report/live.ts';
import type { BackendStats } from '../engine/stats.ts';
import { countsSince, quantileMs } from './quantile.ts';

type Quantiles = Pick<LiveBackend, 'connectP50Ms' | 'connectP99Ms'>;

interface Window {
  /** Counts at the start of the window, and at the last one of the moments at which one may start. */
  from: readonly number[];
  next: readonly number[];
  now: readonly number[];
}

const NOTHING: Quantiles = { connectP50Ms: null, connectP99Ms: null };

/**
 * How long it took lately to connect: of each backend over one to two windows, so that a backend with few
 * connections has a figure, and of all backends since the sample before, for the series.
 */
export class ConnectWindows {
  #samplesPerWindow: number;
  #samples = 0;
  #windows = new Map<string, Window>();
  #boundsMs: readonly number[] = [];
  #latest: readonly number[] = [];

  constructor(samplesPerWindow: number) {
    this.#samplesPerWindow = samplesPerWindow;
  }

  add(backends: readonly BackendStats[]): void {
    this.#samples += 1;
    const moves = this.#samples % this.#samplesPerWindow === 0;
    const before = this.#windows;
    const latest: number[] = [];
    this.#windows = new Map();
    for (const { name, connects } of backends) {
      this.#boundsMs = connects.boundsMs;
      const now = connects.counts;
      const { from, next, now: last } = before.get(name) ?? { from: now, next: now, now };
      for (const [bucket, count] of countsSince(now, last).entries())
        latest[bucket] = (latest[bucket] ?? 0) + count;
      this.#windows.set(name, moves ? { from: next, next: now, now } : { from, next, now });
    }
    this.#latest = latest;
  }

  of(backend: string): Quantiles {
    const window = this.#windows.get(backend);
    return window === undefined ? NOTHING : this.#quantiles(countsSince(window.now, window.from));
  }

  ofAll(): Quantiles {
    return this.#quantiles(this.#latest);
  }

  #quantiles(counts: readonly number[]): Quantiles {
    const of = (share: number): number | null => quantileMs({ boundsMs: this.#boundsMs }, counts, share);
    return { connectP50Ms: of(0.5), connectP99Ms: of(0.99) };
  }
}
