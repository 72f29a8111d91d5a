import { paragraph, type TableOptions } from '../print/table.ts';
import { type Group, isServed } from './answers.ts';
import { endpointLines } from './endpoint-table.ts';
import type { AskedClient } from './flow.ts';
import { outcomeText, sentencesOf } from './sentences.ts';

export interface ExplainLines extends TableOptions {
  readonly now: number;
  readonly wide: boolean;
}

/** Where a table of endpoints says more than a sentence. */
const NEEDS_TABLE: ReadonlySet<string> = new Set(['OneOf', 'Waits']);

const groupLines = (
  group: Group,
  asked: AskedClient,
  isOnly: boolean,
  options: ExplainLines,
): readonly string[] => {
  const { style, width, wide } = options;
  const [answer] = group.answers;
  const what = style(isServed(answer) ? 'good' : 'bad', outcomeText(answer));
  const where = isOnly ? '' : `, in ${group.pods.join(', ')}`;
  const hasTable =
    answer.endpoints.length > 0 &&
    (wide || NEEDS_TABLE.has(answer.outcome) || answer.reason === 'NoEndpoint');
  return [
    `${asked.from} → ${answer.listener.name}: ${what}${where}`,
    ...sentencesOf(answer, asked).flatMap((sentence) => paragraph(sentence, width, '    ', '  • ')),
    ...(hasTable ? ['', ...endpointLines(group, { ...options, indent: '  ' })] : []),
  ];
};

/** What becomes of a client, and why; once for each thing that replicas say. */
export const explainLines = (
  groups: readonly Group[],
  asked: AskedClient,
  options: ExplainLines,
): readonly string[] =>
  groups.flatMap((group, at) => [
    ...(at === 0 ? [] : ['']),
    ...groupLines(group, asked, groups.length === 1, options),
  ]);
