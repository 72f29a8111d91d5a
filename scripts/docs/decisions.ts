import { tableOf } from './sections.ts';

/** One page of docs/decisions. */
export interface Decision {
  readonly file: string;
  readonly number: string;
  readonly title: string;
  readonly date: string;
  readonly area: string;
}

export const DECISION_FILE = /^(\d{4})-[a-z0-9-]+\.md$/;
const PARTS = ['Context', 'Decision', 'Consequences'];
const DATE = /^- Date: (\d{4}-\d{2}-\d{2}(?: \(amended \d{4}-\d{2}-\d{2}\))?)$/m;

/** The parts that the page lacks: title, date, area, or one of its three sections with text. */
export const missingParts = (text: string): readonly string[] => [
  ...(/^# .+\n/.test(text) ? [] : ['a title in its first line']),
  ...(DATE.test(text) ? [] : ['a line "- Date: YYYY-MM-DD"']),
  ...(/^- Area: .+$/m.test(text) ? [] : ['a line "- Area: …"']),
  ...PARTS.filter((part) => !new RegExp(`^## ${part}\\n\\n(?!## )\\S`, 'm').test(text)).map(
    (part) => `a section "${part}" with text`,
  ),
];

export const readDecision = (file: string, text: string): Decision => ({
  file,
  number: DECISION_FILE.exec(file)?.[1] ?? '',
  title: /^# (.+)$/m.exec(text)?.[1] ?? '',
  date: DATE.exec(text)?.[1] ?? '',
  area: /^- Area: (.+)$/m.exec(text)?.[1] ?? '',
});

/** The index: a table for each area, in the order of their oldest decisions. */
export const indexOf = (decisions: readonly Decision[]): string =>
  [...Map.groupBy(decisions, ({ area }) => area)]
    .map(
      ([area, of]) =>
        `## ${area}\n\n${tableOf(
          ['', 'decision', 'date'],
          of.map(({ number, title, file, date }) => [number, `[${title}](${file})`, date]),
        )}`,
    )
    .join('\n');
