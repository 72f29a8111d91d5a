import { isDeepStrictEqual } from 'node:util';
import { asError } from '../as-error.ts';
import type { Samples } from '../samples.ts';
import { type OnFailing, SendCount } from './send-count.ts';
import type { Sender, SendReport } from './sender.ts';
import { type Attributes, type LogEntry, type OtlpTarget, SIGNALS } from './target.ts';

/** Records that may wait until the packages are loaded. */
const MAX_EARLY = 8_192;
/** How long a failure is told after the last attempt: intervals of metrics, and milliseconds at least. */
const TOLD_INTERVALS = 2;
const TOLD_MS = 120_000;

export interface OtlpOptions {
  /** Describes the process. */
  readonly resource: Attributes;
  readonly collect: (to: Samples) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onFailing?: OnFailing;
}

interface Current {
  readonly target: OtlpTarget;
  readonly loading: Promise<Sender>;
  sender?: Sender;
  readonly early: LogEntry[];
}

/**
 * Sends logs and metrics to a collector that may change at any time. Nothing of it is loaded before there is
 * one; nothing waits for it.
 */
export class OtlpExports {
  readonly count: SendCount;
  readonly #options: OtlpOptions;
  #current: Current | undefined;

  constructor(options: OtlpOptions) {
    this.#options = options;
    this.count = new SendCount(options.onFailing);
  }

  /** The target now; undefined if nothing is sent. */
  get target(): OtlpTarget | undefined {
    return this.#current?.target;
  }

  /** Sends to `target` from now on, or nothing. What waits for another one is still sent there. */
  follow(target: OtlpTarget | undefined): void {
    const previous = this.#current;
    if (isDeepStrictEqual(previous?.target, target)) return;
    this.count.forget();
    this.#current = target && this.#start(target);
    previous?.loading.then((sender) => sender.close()).catch(() => undefined); // what fails is counted
  }

  log(entry: LogEntry): void {
    const current = this.#current;
    if (!current?.target.logs) return;
    if (current.sender) current.sender.log(entry);
    else if (current.early.length < MAX_EARLY) current.early.push(entry);
    else this.count.lost.queue_full++;
  }

  /**
   * Sends what waits, within `withinMs` milliseconds, and stops. Resolves with the number of records that are
   * lost with the process.
   */
  async close(withinMs: number): Promise<number> {
    const current = this.#current;
    if (current === undefined) return 0;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs).unref();
    });
    const closed = current.loading.then((sender) => sender.close());
    await Promise.race([closed, timeout]).catch(() => undefined); // what fails is counted
    clearTimeout(timer);
    this.#current = undefined;
    return current.sender?.unsent ?? current.early.length;
  }

  #start(target: OtlpTarget): Current {
    const early: LogEntry[] = [];
    const report = this.#report(target, () => this.#current === current);
    const loading = import('./sender.ts')
      .then(({ startSender }) => startSender({ ...this.#options, target, report }))
      .catch((error: unknown) => noSender(target, report, asError(error).message))
      .then((sender) => {
        current.sender = sender;
        for (const entry of early.splice(0)) sender.log(entry);
        return sender;
      });
    const current: Current = { target, early, loading };
    return current;
  }

  /** What a former target still does is counted; it says nothing about the present one. */
  #report({ endpoint, intervalMs }: OtlpTarget, isCurrent: () => boolean): SendReport {
    const { count } = this;
    const { now } = this.#options;
    const toldMs = Math.max(TOLD_MS, TOLD_INTERVALS * intervalMs);
    return {
      sent(signal) {
        count.sent[signal]++;
        if (isCurrent()) count.succeeded(signal);
      },
      failed(signal, problem) {
        count.failed[signal]++;
        if (isCurrent()) count.failing(signal, endpoint, problem, now(), toldMs);
      },
      lost(cause, records) {
        count.lost[cause] += records;
      },
    };
  }
}

/** The packages are missing, or the endpoint is no URL after all. */
const noSender = (target: OtlpTarget, report: SendReport, problem: string): Sender => {
  for (const signal of SIGNALS) if (target[signal]) report.failed(signal, problem);
  return {
    log() {
      report.failed('logs', problem);
      report.lost('not_sent', 1);
    },
    unsent: 0,
    close: async () => undefined,
  };
};
