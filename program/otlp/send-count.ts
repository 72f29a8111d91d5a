import { SIGNALS, type Signal } from './target.ts';

/** Why nothing of a signal arrives, and since when (wall clock, in milliseconds). */
export interface SendFailure {
  readonly endpoint: string;
  readonly problem: string;
  readonly sinceMs: number;
}

/**
 * Why records of the log were lost: more than fit waited to be sent, their batch could not be sent, or the
 * collector took the batch, but not all of it.
 */
export const LOSS_CAUSES = ['queue_full', 'not_sent', 'refused'] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];

/** Called with a signal and why nothing of it arrives now, or undefined once something does. */
export type OnFailing = (signal: Signal, failure: SendFailure | undefined) => void;

const zeros = <Key extends string>(keys: readonly Key[]): Record<Key, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;

/** Counts what was sent, from the start of the process on, and remembers what fails now. */
export class SendCount {
  readonly sent = zeros(SIGNALS);
  readonly failed = zeros(SIGNALS);
  readonly lost = zeros(LOSS_CAUSES);
  readonly #failures = new Map<Signal, SendFailure & { readonly untilMs: number }>();
  readonly #onChange: OnFailing;

  /** Calls `onChange` when a signal begins to fail, and when it no longer does. */
  constructor(onChange: OnFailing = () => undefined) {
    this.#onChange = onChange;
  }

  /** Something of a signal has arrived. */
  succeeded(signal: Signal): void {
    if (this.#failures.delete(signal)) this.#onChange(signal, undefined);
  }

  /**
   * Nothing of a signal arrives. That is forgotten after `forMs`, unless it is said again: who tries no more
   * does not know any better.
   */
  failing(signal: Signal, endpoint: string, problem: string, nowMs: number, forMs: number): void {
    const before = this.#failures.get(signal);
    const failure = { endpoint, problem, sinceMs: before?.sinceMs ?? nowMs, untilMs: nowMs + forMs };
    this.#failures.set(signal, failure);
    if (before === undefined) this.#onChange(signal, failure);
  }

  /** From now on, something else is sent, or to somewhere else. */
  forget(): void {
    this.#failures.clear();
  }

  /** The signals of which nothing arrives. */
  failures(nowMs: number): ReadonlyMap<Signal, SendFailure> {
    return new Map([...this.#failures].filter(([, { untilMs }]) => nowMs < untilMs));
  }
}
