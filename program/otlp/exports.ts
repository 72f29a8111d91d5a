import { isDeepStrictEqual } from 'node:util';
import { asError } from '../as-error.ts';
import type { Samples } from '../samples.ts';
import { type OnFailing, SendCount } from './send-count.ts';
import type { Sender } from './sender.ts';
import { type Attributes, type LogEntry, type OtlpTarget, SIGNALS } from './target.ts';

/** How long a sender may take to send the rest. */
const CLOSE_MS = 2_000;
/** Records that may wait until the packages are loaded. */
const MAX_EARLY = 8_192;

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
  readonly loading: Promise<Sender | undefined>;
  sender?: Sender;
  readonly early: LogEntry[];
}

/**
 * Sends logs and metrics to a collector that may change at any time. Nothing of it is loaded before there is
 * one; nothing waits for it.
 */
export class OtlpExports {
  readonly count: SendCount;
  #options: OtlpOptions;
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
    if (previous) void closeSoon(previous);
  }

  log(entry: LogEntry): void {
    const current = this.#current;
    if (!current?.target.logs) return;
    if (current.sender) current.sender.log(entry);
    else if (current.early.length < MAX_EARLY) current.early.push(entry);
    else this.count.onLost('queue_full', 1);
  }

  /** Sends what waits, within two seconds, and stops. */
  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current) await closeSoon(current);
  }

  #start(target: OtlpTarget): Current {
    const early: LogEntry[] = [];
    const loading = import('./sender.ts').then(
      ({ startSender }) => {
        const sender = startSender({ ...this.#options, target, count: this.count });
        current.sender = sender;
        for (const entry of early.splice(0)) sender.log(entry);
        return sender;
      },
      (error: unknown) => {
        for (const signal of SIGNALS)
          this.count.onFailed(signal, target.endpoint, asError(error).message, this.#options.now());
        return undefined;
      },
    );
    const current: Current = { target, early, loading };
    return current;
  }
}

const closeSoon = async ({ loading }: Current): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS).unref();
  });
  const closed = loading.then((sender) => sender?.close());
  await Promise.race([closed, timeout]).catch(() => undefined); // what cannot be sent is counted
  clearTimeout(timer);
};
