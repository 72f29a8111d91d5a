import type { core } from 'zod';
import { formatValue, oneOf } from './format-value.ts';
import { nearest } from './nearest.ts';
import { type Path, valueAt } from './path.ts';

/** A problem at a path, before the path is formatted. */
export interface Problem {
  readonly at: Path;
  readonly message: Message;
}

/**
 * Text, or text that also refers to another path of the input: `lineOf` gives ` (line 9)`, or nothing if the
 * input is not a file.
 */
export type Message = string | ((lineOf: (at: Path) => string) => string);

/** The text of a message; without `lineOf` if the input is not a file and so has no lines. */
export const textOf = (message: Message, lineOf: (at: Path) => string = () => ''): string =>
  typeof message === 'string' ? message : message(lineOf);

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'a boolean (true or false)',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** zod's issues in plain words: what was found and what is expected; at most one per path. */
export const schemaProblems = (issues: readonly core.$ZodIssue[], root: Path, input: unknown): Problem[] => {
  const problems = new Map<string, Problem>();
  for (const issue of issues) {
    const path = issue.path.filter((step) => typeof step !== 'symbol');
    const at = [...root, ...path];
    const key = JSON.stringify(at);
    // The first issue of a path is the relevant one: a value of the wrong type also has a wrong length.
    if (!problems.has(key)) problems.set(key, { at, message: inWords(issue, valueAt(input, path)) });
  }
  return [...problems.values()];
};

const inWords = (issue: core.$ZodIssue, found: unknown): string => {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(found, TYPES[issue.expected] ?? issue.expected);
    case 'invalid_value':
      return wrongWord(found, issue.values.map(String));
    case 'too_big':
      return outside(issue.origin, found, `at most ${issue.maximum}`);
    case 'too_small':
      return outside(issue.origin, found, `at least ${issue.minimum}`);
    case 'invalid_format':
    case 'custom':
      return `${formatValue(found)} ${issue.message}`;
    case 'invalid_union':
      return wrongUnion(issue, found);
    default:
      return `${formatValue(found)} cannot be used: ${issue.message}`;
  }
};

const wrongType = (found: unknown, expected: string): string => {
  if (found === undefined) return `is missing: expected ${expected}`;
  const hint =
    expected === TYPES.string && (typeof found === 'number' || typeof found === 'boolean')
      ? `: put it in quotes, "${found}"`
      : typeof found === 'string' &&
          (expected === TYPES.number || expected === TYPES.int) &&
          /^[0-9]+$/.test(found)
        ? `: remove the quotes, ${found}`
        : '';
  return `${formatValue(found)} is not ${expected}${hint}`;
};

const wrongWord = (found: unknown, allowed: readonly string[]): string => {
  if (found === undefined) return `is missing: expected ${oneOf(allowed)}`;
  const meant = typeof found === 'string' ? nearest(found, allowed) : undefined;
  return `${formatValue(found)} is not supported: expected ${oneOf(allowed)}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
};

const outside = (origin: string, found: unknown, bound: string): string => {
  if (origin === 'string') {
    return `${formatValue(found)} has ${String(found).length} characters: expected ${bound}`;
  }
  if (origin === 'array') return `has ${(found as readonly unknown[]).length} entries: expected ${bound}`;
  return `${formatValue(found)} is out of range: expected ${bound}`;
};

/**
 * All unions of the schema are of an integer and a string; the branch that matches the type of the value says
 * what is wrong with it.
 */
const wrongUnion = (issue: core.$ZodIssueInvalidUnion, found: unknown): string => {
  if (found === undefined) return 'is missing: expected an integer or a string';
  const isOfType = typeof found === 'string' || Number.isInteger(found);
  const relevant = issue.errors.flat().find(({ code }) => code !== 'invalid_type');
  return isOfType && relevant
    ? inWords(relevant as core.$ZodIssue, found)
    : `${formatValue(found)} is not an integer or a quoted string`;
};
