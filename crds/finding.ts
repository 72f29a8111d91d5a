/** One problem of an input: where it is, what is wrong, and what would be right. */
export interface Finding {
  /** Path in the resource, such as `spec.listeners[1].port`; empty for the input as a whole. */
  readonly path: string;
  /** What was found, worded so that a person can act on it. */
  readonly message: string;
  /** 1-based line in the parsed file, if known. */
  readonly line?: number;
}
