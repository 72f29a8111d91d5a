import { readFileSync } from 'node:fs';
import type { Line } from '../line.ts';
import { compare } from './compare.ts';
import type { Results } from './results.ts';

/** The results as one JSON document: every value, with the medians and ratios. */
export const renderJson = (results: Results, lines: readonly Line[]): string =>
  `${JSON.stringify(
    {
      ...results,
      lines: results.lines.map((result) => {
        const line = lines.find(({ name }) => name === result.line);
        return {
          ...result,
          title: line?.title,
          figures:
            line === undefined
              ? []
              : compare(line, result.samples).map(({ figure, ...rest }) => ({ ...figure, ...rest })),
        };
      }),
    },
    undefined,
    2,
  )}\n`;

/** Reads a file that renderJson wrote; undefined if there is no such file. Throws if it is something else. */
export const readResults = (file: string): Results | undefined => {
  const read = (): string | undefined => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const text = read();
  if (text === undefined) return undefined;
  return parseResults(text, file);
};

/** Parses results; `file` is for the error message. */
export const parseResults = (text: string, file: string): Results => {
  const value: unknown = (() => {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new Error(`${file} is not a results file: ${cause instanceof Error ? cause.message : ''}`, {
        cause,
      });
    }
  })();
  const results = value as Results;
  const isOne =
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(results.lines) &&
    Array.isArray(results.peers) &&
    results.lines.every((line) => Array.isArray(line.samples));
  if (!isOne) throw new Error(`${file} is not a results file: write one with --json`);
  return results;
};
