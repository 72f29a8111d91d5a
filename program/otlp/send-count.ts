import { LOSS_CAUSES, type LossCause, type SendFailure, SIGNALS, type Signal } from './target.ts';

const zeros = <Key extends string>(keys: readonly Key[]): Record<Key, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;

/** Called with a signal and why nothing of it arrives now, or undefined once something does. */
export type OnFailing = (signal: Signal, failure: SendFailure | undefined) => void;

/** Counts what was sent, from the start of the process on. */
export class SendCount {
  readonly sent = zeros(SIGNALS);
  readonly failed = zeros(SIGNALS);
  readonly lost = zeros(LOSS_CAUSES);
  #failures = new Map<Signal, SendFailure>();
  readonly #onChange: OnFailing;

  /** Calls `onChange` when a signal begins to fail, and when it no longer does. */
  constructor(onChange: OnFailing = () => undefined) {
    this.#onChange = onChange;
  }

  onSent(signal: Signal): void {
    this.sent[signal]++;
    if (this.#failures.delete(signal)) this.#onChange(signal, undefined);
  }

  onFailed(signal: Signal, endpoint: string, problem: string, nowMs: number): void {
    this.failed[signal]++;
    const before = this.#failures.get(signal);
    const failure = { endpoint, problem, sinceMs: before?.sinceMs ?? nowMs };
    this.#failures.set(signal, failure);
    if (before === undefined) this.#onChange(signal, failure);
  }

  onLost(cause: LossCause, records: number): void {
    this.lost[cause] += records;
  }

  /** From now on, something else is sent, or to somewhere else. */
  forget(): void {
    this.#failures.clear();
  }

  /** The signals of which nothing arrives now. */
  get failures(): ReadonlyMap<Signal, SendFailure> {
    return this.#failures;
  }
}
