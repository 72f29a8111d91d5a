import { asError } from '../../program/as-error.ts';
import type { ProxyFinding } from '../../report/finding.ts';

/** Interval at which a port that could not be opened is tried again. */
const RETRY_MS = 2000;

export interface RetryOptions {
  /** Publishes the same table again; returns the findings before and after. */
  readonly publish: () => Promise<{
    readonly before: readonly ProxyFinding[];
    readonly after: readonly ProxyFinding[];
  }>;
  /** Called when a retry has changed the findings. */
  readonly onFindings: (findings: readonly ProxyFinding[]) => void;
  readonly onFailed: (error: Error) => void;
}

/** Publishes a table again that could not be served in full. */
export class Retry {
  #options: RetryOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Never rejects: no caller could handle it. Failures go to `onFailed` instead. */
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

  /** Schedules a retry; `ms` is 0 if something has just become free. */
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
