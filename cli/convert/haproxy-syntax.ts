/** A line of a configuration of HAProxy, in words. */
export interface Line {
  readonly words: readonly string[];
  readonly line: number;
}

/** A section with its lines. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  /** Words after the name, such as `from base`. */
  readonly more: readonly string[];
  readonly line: number;
  readonly lines: readonly Line[];
}

export interface ParsedHaproxy {
  readonly sections: readonly Section[];
  /** A line that no section contains, or with a quote that is not closed. */
  readonly problem: { readonly line: number; readonly message: string } | undefined;
}

const KINDS = new Set(
  'global defaults frontend backend listen peers resolvers userlist mailers cache program ring http-errors fcgi-app log-forward log-profile crt-store traces acme'.split(
    ' ',
  ),
);

/** A comment, or a word with its quoted and escaped parts. */
const WORD = /\s+|#.*|((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\#])+)|(.)/gs;

const wordsOf = (text: string): readonly string[] | undefined => {
  const words: string[] = [];
  for (const [, word, stray] of text.matchAll(WORD)) {
    if (stray !== undefined) return undefined;
    if (word !== undefined)
      words.push(
        word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double, single, escaped) =>
          double === undefined ? (single ?? escaped) : double.replace(/\\(.)/gs, '$1'),
        ),
      );
  }
  return words;
};

/** The sections of a configuration file of HAProxy. */
export const parseHaproxy = (text: string): ParsedHaproxy => {
  const sections: (Section & { readonly lines: Line[] })[] = [];
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = at + 1;
    const words = wordsOf(raw);
    if (words === undefined) return { sections, problem: { line, message: 'a quote is not closed' } };
    const [kind, name = '', ...more] = words;
    if (kind === undefined) continue;
    if (KINDS.has(kind) && !/^\s/.test(raw)) {
      sections.push({ kind, name, more, line, lines: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined)
      return {
        sections,
        problem: { line, message: `"${kind}" is in no section, such as frontend or listen` },
      };
    section.lines.push({ words, line });
  }
  return { sections, problem: undefined };
};

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time of HAProxy in milliseconds, which is its unit if there is none; undefined if it is no time. */
export const haproxyTime = (text: string | undefined): number | undefined => {
  const [, digits, unit = 'ms'] = /^(\d{1,12})(us|ms|s|m|h|d)?$/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 1);
};
