import type { Message, Problem } from '../schema-findings.ts';

/** Where a rule finds a problem, from its scope on. */
export type At = readonly (string | number)[];

/** A rule across fields as the API server has it. */
export interface Statement {
  /** Stable, kebab-case; tests and the reference page are keyed by it. */
  readonly id: string;
  /** The object that CEL calls `self`, such as `spec.backends[].service`; empty for the whole resource. */
  readonly scope: string;
  /** CEL, true when all is well. */
  readonly rule: string;
  /** What the API server says, and the reference page. */
  readonly message: string;
  /** CEL giving text that also names the culprit. */
  readonly messageExpression?: string;
  /** Field below the scope that the API server points to, such as `.port`. */
  readonly fieldPath?: string;
  /**
   * Whether it is about pods and what stands in front of them: a proxy without a cluster is not bound by it.
   */
  readonly aboutPods?: boolean;
  /**
   * Of a rule that came when there could be resources already that break it, what becomes of them: they go on
   * as they are, with a warning that says this. Only what is written anew is refused; the API server does so
   * by itself, where the scope holds nothing that changes.
   */
  readonly forStored?: string;
  /** Whether the rule reads `oldSelf`, an optional, which is none when the resource is made. */
  readonly optionalOldSelf?: true;
}

/**
 * One rule, once for the API server (CEL) and once for the parser. A test feeds both with the same specs and
 * compares what they say.
 */
export interface Rule extends Statement {
  /**
   * Paths from the scope on that the check relies on; default: the whole scope. Where the schema has refused
   * one, the rule is left out; with `[?]`, only the list entry.
   */
  readonly reads: readonly string[];
  /** The same check; the value has passed the schema where `reads` says. */
  readonly check: (value: unknown) => readonly Problem[];
}

interface RuleOf<Value> extends Omit<Rule, 'check' | 'reads'> {
  readonly reads?: readonly string[];
  readonly check: (value: Value) => readonly Problem[];
}

/** A rule whose check knows the type at its scope. */
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
