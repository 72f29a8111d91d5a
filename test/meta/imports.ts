import { posix } from 'node:path';
import { withoutComments } from './comments.ts';
import { lineAt } from './finding.ts';
import type { SourceFile } from './tree.ts';

export interface Import {
  /** The specifier as written, or, if it is relative, the path in the tree. */
  readonly target: string;
  readonly line: number;
  /** Types are erased before the program runs. */
  readonly typeOnly: boolean;
  /** The imported names, without types; empty if the whole module is imported. */
  readonly names: readonly string[];
}

const FORMS = [
  /^[ \t]*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*()()['"]([^'"]+)['"]/gm,
  /\bimport\(()()\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(()()\s*['"](\.[^'"]+\.ts)['"]/g,
];

const namesOf = (clause: string): readonly string[] =>
  (/\{([^}]*)\}/.exec(clause)?.[1] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Everything that a file imports, re-exports, imports dynamically or starts as a worker. */
export const importsOf = ({ path, text }: SourceFile): readonly Import[] => {
  const code = withoutComments(text);
  return FORMS.flatMap((form) =>
    [...code.matchAll(form)].map((match) => {
      const [, type, clause = '', specifier = ''] = match;
      const names = namesOf(clause);
      const values = names.filter((name) => !name.startsWith('type '));
      return {
        target: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
        line: lineAt(code, match.index + match[0].search(/\S/)),
        typeOnly: Boolean(type) || (clause.startsWith('{') && names.length > 0 && values.length === 0),
        names: values.map((name) => name.split(/\s+as\s+/)[0] ?? name),
      };
    }),
  );
};
