import { asError } from './as-error.ts';
import type { Freed } from './free-places.ts';
import type { InTurn } from './in-turn.ts';

const KEPT_MS = 120_000;
/** How often is looked for what has gone and may be forgotten. */
const SWEEP_MS = 5000;
const FASTEST_SWEEP_MS = 10;

export interface SweeperOptions {
  /** Frees what has not been used for so long. */
  readonly free: (keepMs: number) => Freed;
  readonly onFreed: (freed: Freed) => void;
  /** It looks in turn with the tables: when every acceptor serves the newest one. */
  readonly turns: InTurn;
  readonly onFailed: (error: Error) => void;
  /** How long what is not used any more is kept; left out for two minutes. */
  readonly keptMs?: number | undefined;
}

/**
 * Frees what nobody counts in any more, again and again as long as there is something that is in no table.
 */
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
    this.#timer = setTimeout(() => void this.#sweepInTurn(), ms).unref();
  }

  async #sweepInTurn(): Promise<void> {
    try {
      await this.#options.turns.run(() => this.sweep());
    } catch (error) {
      this.#options.onFailed(asError(error));
      this.#sweepIn(SWEEP_MS);
    }
  }
}
