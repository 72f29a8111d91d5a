import type { core } from 'zod';
import { nearest } from './nearest.ts';
import { type Path, valueAt } from './path.ts';
import { oneOf, show } from './words.ts';

/** What is wrong at one place, before the place is turned into text. */
export interface Problem {
  readonly at: Path;
  readonly message: Message;
}

/**
 * Text, or text that also points to another place of the input: `lineOf` gives ` (line 9)`, or nothing
 * outside a file.
 */
export type Message = string | ((lineOf: (at: Path) => string) => string);

/** The text of a message; outside a file, where there are no lines to point to, without `lineOf`. */
export const textOf = (message: Message, lineOf: (at: Path) => string = () => ''): string =>
  typeof message === 'string' ? message : message(lineOf);

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** zod's issues in plain words: what was found and what is expected; one for each place. */
export const schemaProblems = (issues: readonly core.$ZodIssue[], root: Path, input: unknown): Problem[] => {
  const problems = new Map<string, Problem>();
  for (const issue of issues) {
    const path = issue.path.filter((step) => typeof step !== 'symbol');
    const at = [...root, ...path];
    const key = JSON.stringify(at);
    // The first issue of a place is the telling one: a wrong type also has a wrong length.
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
      return `${show(found)} ${issue.message}`;
    case 'invalid_union':
      return wrongUnion(issue, found);
    default:
      return `${show(found)} cannot be used: ${issue.message}`;
  }
};

const wrongType = (found: unknown, expected: string): string => {
  if (found === undefined) return `is missing: expected ${expected}`;
  const hint =
    expected === 'text' && (typeof found === 'number' || typeof found === 'boolean')
      ? `: write it in quotes, "${found}"`
      : typeof found === 'string' && expected.endsWith('number') && /^[0-9]+$/.test(found)
        ? `: write it without quotes, ${found}`
        : '';
  return `${show(found)} is not ${expected}${hint}`;
};

const wrongWord = (found: unknown, allowed: readonly string[]): string => {
  if (found === undefined) return `is missing: expected ${oneOf(allowed)}`;
  const meant = typeof found === 'string' ? nearest(found, allowed) : undefined;
  return `${show(found)} is not known: expected ${oneOf(allowed)}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
};

const outside = (origin: string, found: unknown, bound: string): string => {
  if (origin === 'string') {
    return `${show(found)} has ${String(found).length} characters: expected ${bound}`;
  }
  if (origin === 'array') return `has ${(found as readonly unknown[]).length} entries: expected ${bound}`;
  return `${show(found)} is out of range: expected ${bound}`;
};

/**
 * The unions of the schema are of a whole number and text: the branch of the type found says what is wrong
 * with it.
 */
const wrongUnion = (issue: core.$ZodIssueInvalidUnion, found: unknown): string => {
  if (found === undefined) return 'is missing: expected a whole number or text';
  const isOfType = typeof found === 'string' || Number.isInteger(found);
  const told = issue.errors.flat().find(({ code }) => code !== 'invalid_type');
  return isOfType && told
    ? inWords(told as core.$ZodIssue, found)
    : `${show(found)} is not a whole number or text in quotes`;
};
