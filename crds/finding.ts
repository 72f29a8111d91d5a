/** One thing wrong with an input: where it is, what is wrong, and what would be right. */
export interface Finding {
  /** Path in the resource, such as `spec.listeners[1].port`; empty when the whole input is meant. */
  readonly path: string;
  /** What was found, in words that a person can act on. */
  readonly message: string;
  /** 1-based line in the file that was parsed, where it is known. */
  readonly line?: number;
}
