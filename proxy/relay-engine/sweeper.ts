import { asError } from '../../program/as-error.ts';
import type { Freed } from './free-slots.ts';
import type { SerialQueue } from './serial-queue.ts';

const KEPT_MS = 120_000;
/** Interval at which slots of removed entries are checked. */
const SWEEP_MS = 5000;
const FASTEST_SWEEP_MS = 10;

export interface SweeperOptions {
  /** Frees what has been unused for this long. */
  readonly free: (keepMs: number) => Freed;
  readonly onFreed: (freed: Freed) => void;
  /** The queue in which tables are published: a sweep runs when every acceptor serves the newest table. */
  readonly queue: SerialQueue;
  readonly onFailed: (error: Error) => void;
  /** How long unused entries are kept; two minutes by default. */
  readonly keptMs?: number | undefined;
}

/** Frees the slots of removed entries, periodically for as long as there are any. */
export class Sweeper {
  #options: SweeperOptions;
  #keptMs: number;
  #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#keptMs = options.keptMs ?? KEPT_MS;
    this.#everyMs = Math.min(SWEEP_MS, Math.max(FASTEST_SWEEP_MS, options.keptMs ?? SWEEP_MS));
  }

  sweep(keepMs = this.#keptMs): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const freed = this.#options.free(keepMs);
    this.#options.onFreed(freed);
    if (freed.isMore) this.#sweepIn(this.#everyMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #sweepIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#sweepInOrder(), ms).unref();
  }

  async #sweepInOrder(): Promise<void> {
    try {
      await this.#options.queue.run(() => this.sweep());
    } catch (error) {
      this.#options.onFailed(asError(error));
      this.#sweepIn(SWEEP_MS);
    }
  }
}
