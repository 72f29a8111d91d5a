import type { ProxyFinding } from '../../report/finding.ts';
import { asError } from './as-error.ts';

/** How often a port that could not be opened is tried again. */
const RETRY_MS = 2000;

export interface RetryOptions {
  /** Publishes the same table once more; answers the findings before and after. */
  readonly publish: () => Promise<{
    readonly before: readonly ProxyFinding[];
    readonly after: readonly ProxyFinding[];
  }>;
  /** Called when a retry has changed them. */
  readonly onFindings: (findings: readonly ProxyFinding[]) => void;
  readonly onFailed: (error: Error) => void;
}

/** Publishes a table again, of which something could not be had, in the hope that it can be had now. */
export class Retry {
  #options: RetryOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Never rejects: nobody waits for it who could act. */
  async now(): Promise<void> {
    const { publish, onFindings, onFailed } = this.#options;
    try {
      const { before, after } = await publish();
      if (JSON.stringify(before) !== JSON.stringify(after)) onFindings(after);
    } catch (error) {
      onFailed(asError(error));
      this.later();
    }
  }

  /** In a while; or at once where something has just come free. */
  later(ms = RETRY_MS): void {
    this.cancel();
    if (!this.#stopped) this.#timer = setTimeout(() => void this.now(), ms);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    this.#stopped = true;
    this.cancel();
  }
}
