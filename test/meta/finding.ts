import assert from 'node:assert/strict';
import type { SourceFile } from './tree.ts';

/** A violation of a convention: where it is, and what to do about it. */
export interface Finding {
  readonly path: string;
  /** Starts at 1; absent if the finding is about the whole file. */
  readonly line?: number;
  readonly message: string;
}

/** A check that looks at one file at a time. */
export type Check = (file: SourceFile) => readonly Finding[];

const format = ({ path, line, message }: Finding): string =>
  `${path}${line === undefined ? '' : `:${line}`}: ${message}`;

/** Fails with one line for each finding. */
export const assertNone = (findings: readonly Finding[]): void =>
  assert.ok(findings.length === 0, `\n${findings.map(format).join('\n')}\n`);

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** One finding for each match of `pattern` (with the flag g) in `text`. */
export const matches = (
  { path, text }: SourceFile,
  pattern: RegExp,
  messageOf: (match: string) => string,
): readonly Finding[] =>
  [...text.matchAll(pattern)].map((match) => ({
    path,
    line: lineAt(text, match.index),
    message: messageOf(match[1] ?? match[0]),
  }));
