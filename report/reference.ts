import { markdownTable } from '../crds/markdown-table.ts';
import { type Described, described } from './described.ts';
import { FINDINGS } from './finding.ts';
import { HEALTH_STATES } from './health.ts';
import { status } from './status.ts';
import { REPORT_VERSION } from './version.ts';

/** The reference page: a table for each object, and what each code means. Markdown. */
export const reference = (): string =>
  `${[
    '# Proxy status reference',
    `What a proxy answers on \`/status\` of its admin port (9901), as JSON: what it serves, its endpoints and their health, what it finds wrong, and the tuning in effect. \`/status?summary\` is the same without \`backends[].endpoints\`, so that its size does not grow with the endpoints.`,
    `This is version ${REPORT_VERSION} of the contract (\`reportVersion\`; proxies without this field answer as version 1 says, as far as they go). Fields are only ever added, and so are codes; a field that goes or changes its meaning raises the version. A reader ignores fields that it does not know, takes a code that it does not know for a general one, and keeps of a text as many characters as its type says. Counters start at 0 with the process, and are read one after the other while connections begin and end.`,
    ...sections(described(status), 'status'),
    words('Findings', 'What `findings[].code` says.', 'code', FINDINGS),
    words('Health states', 'What `backends[].endpoints[].health` says.', 'state', HEALTH_STATES),
  ].join('\n\n')}\n`;

const sections = (schema: Described, path: string): string[] => {
  const entry = schema.items ?? schema;
  if (entry.properties === undefined) return [];
  const own = schema.items === undefined ? path : `${path}[]`;
  const required = new Set(entry.required);
  const fields = Object.entries(entry.properties);
  return [
    `## ${own}`,
    ...(schema.description === undefined ? [] : [schema.description]),
    markdownTable(
      ['field', 'type', 'unit', 'given', 'what it says'],
      fields.map(([name, field]) => [
        `\`${name}\``,
        typeOf(field),
        field.unit ?? '',
        required.has(name) ? 'always' : 'where it applies',
        field.description ?? '',
      ]),
    ),
    ...fields.flatMap(([name, field]) => sections(field, `${own}.${name}`)),
  ];
};

const typeOf = ({ type, items, words: known, longest, minimum, maximum }: Described): string => {
  if (known !== undefined && known.length <= 5) return known.map((one) => `\`${one}\``).join(', ');
  switch (type) {
    case 'array':
      return items?.properties === undefined ? 'list' : 'list of objects';
    case 'string':
      return known === undefined ? `text, up to ${longest}` : 'code, see below';
    case 'integer':
      return `integer${range(minimum, maximum)}`;
    case 'number':
      return `number${range(minimum, maximum)}`;
    case 'object':
    case 'boolean':
      return type;
    default:
      return type satisfies never;
  }
};

/** zod bounds every integer to what a double holds exactly; that says nothing to a reader. */
const range = (least: number | undefined, most: number | undefined): string => {
  if (least === undefined) return '';
  return most === undefined || most === Number.MAX_SAFE_INTEGER ? `, from ${least}` : `, ${least} to ${most}`;
};

const words = (
  heading: string,
  about: string,
  column: string,
  meanings: Readonly<Record<string, string>>,
): string =>
  [
    `## ${heading}`,
    about,
    markdownTable(
      [column, 'meaning'],
      Object.entries(meanings).map(([word, meaning]) => [`\`${word}\``, meaning]),
    ),
  ].join('\n\n');
