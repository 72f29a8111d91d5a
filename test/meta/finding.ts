import assert from 'node:assert/strict';
import type { SourceFile } from './tree.ts';

/** A place that breaks a habit, and what to do about it. */
export interface Finding {
  readonly path: string;
  /** From 1; absent where the whole file is meant. */
  readonly line?: number;
  readonly says: string;
}

/** A check of one file by itself. */
export type Check = (file: SourceFile) => readonly Finding[];

const format = ({ path, line, says }: Finding): string =>
  `${path}${line === undefined ? '' : `:${line}`}: ${says}`;

/** Fails with one line for each finding. */
export const assertNone = (findings: readonly Finding[]): void =>
  assert.ok(findings.length === 0, `\n${findings.map(format).join('\n')}\n`);

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** One finding for each match of `pattern` (with the flag g) in `text`. */
export const matches = (
  { path, text }: SourceFile,
  pattern: RegExp,
  says: (match: string) => string,
): readonly Finding[] =>
  [...text.matchAll(pattern)].map((match) => ({
    path,
    line: lineAt(text, match.index),
    says: says(match[1] ?? match[0]),
  }));
