import { sectionsOf } from '../../scripts/docs/sections.ts';
import type { Finding } from './finding.ts';
import type { SourceFile } from './tree.ts';

/**
 * Checks that the table in a generated section of a page has exactly these rows below its two header lines.
 */
export const rowsCheck =
  (path: string, section: string) =>
  (files: readonly SourceFile[], rows: readonly string[]): readonly Finding[] => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    const shown = (sectionsOf(text).get(section) ?? '').split('\n').slice(2);
    return [
      ...rows
        .filter((row) => !shown.includes(row))
        .map((row) => ({ path, message: `lacks a row in its section ${section}\n${row}` })),
      ...shown
        .filter((row) => !rows.includes(row))
        .map((row) => ({
          path,
          message: `has a row in its section ${section} that the code does not have\n${row}`,
        })),
    ];
  };
