import type { Message, Problem } from '../schema-findings.ts';

/** Path of a problem, relative to the scope of the rule. */
export type At = readonly (string | number)[];

/** A rule across fields, as the API server evaluates it. */
export interface Statement {
  /** Stable, in kebab-case; tests and the reference page use it as a key. */
  readonly id: string;
  /** The object that CEL calls `self`, such as `spec.backends[].service`; empty for the whole resource. */
  readonly scope: string;
  /** CEL; true if the resource is valid. */
  readonly rule: string;
  /** Shown by the API server and on the reference page. */
  readonly message: string;
  /** CEL for a message that also names the offending value. */
  readonly messageExpression?: string;
  /** Field below the scope that the API server reports, such as `.port`. */
  readonly fieldPath?: string;
  /** Whether the rule concerns pods and what is in front of them; it does not apply to a standalone proxy. */
  readonly aboutPods?: boolean;
  /**
   * For a rule added when resources that break it may already have been stored: what happens to them. They
   * continue to work, with a warning that contains this text. Only new writes are refused; the API server
   * does that by itself as long as nothing within the scope changes.
   */
  readonly forStored?: string;
  /** Whether the rule reads `oldSelf`, an optional that has no value when the resource is created. */
  readonly optionalOldSelf?: true;
}

/**
 * A rule in two forms: for the API server (CEL) and for the parser. A test feeds the same specs to both and
 * compares their findings.
 */
export interface Rule extends Statement {
  /**
   * Paths, relative to the scope, that the check depends on; by default the whole scope. If the schema has
   * refused one, the rule is skipped; with `[?]`, only the list entry.
   */
  readonly reads: readonly string[];
  /** The same check in TypeScript; the parts of the value in `reads` have passed the schema. */
  readonly check: (value: unknown) => readonly Problem[];
}

interface RuleOf<Value> extends Omit<Rule, 'check' | 'reads'> {
  readonly reads?: readonly string[];
  readonly check: (value: Value) => readonly Problem[];
}

/** Defines a rule whose check is typed by the value at its scope. */
export const rule = <Value>({ check, reads = [''], ...rest }: RuleOf<Value>): Rule => ({
  ...rest,
  reads,
  check: (value) => check(value as Value),
});

/** One problem, or none. */
export const problemIf = (isWrong: boolean, at: At, message: Message): readonly Problem[] =>
  isWrong ? [{ at, message }] : [];

/** Text as a CEL literal. */
export const celText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
