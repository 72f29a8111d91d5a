import { markdownTable } from '../crds/markdown-table.ts';
import { connections } from './connections.ts';
import { type Described, described } from './described.ts';
import { explanation, OUTCOMES } from './explanation.ts';
import { FINDINGS } from './finding.ts';
import { HEALTH_STATES } from './health.ts';
import { OPEN_PHASES } from './open-phases.ts';
import { status } from './status.ts';
import { REPORT_VERSION } from './version.ts';

/** The reference page in Markdown: a table per object, and the meaning of each code. */
export const reference = (): string =>
  `${[
    '# Proxy status reference',
    `A proxy serves this report as JSON on \`/status\` of its admin port (9901): what it serves, its endpoints and their health, the problems found, and the tuning in effect. \`/status?summary\` omits \`backends[].endpoints\`, so that its size does not grow with the number of endpoints.`,
    `This is version ${REPORT_VERSION} of the contract (\`reportVersion\`; proxies without this field write a subset of version 1). Within a version, fields and codes are only added; removing a field or changing its meaning increments the version. Readers must ignore unknown fields, treat an unknown code as a generic problem, and truncate strings to the documented length. Counters start at 0 with the process, and are read one after another while connections begin and end, so that they need not add up exactly.`,
    ...sections(described(status), 'status'),
    codes('Findings', 'Values of `findings[].code`.', 'code', FINDINGS),
    codes('Health states', 'Values of `backends[].endpoints[].health`.', 'state', HEALTH_STATES),
    ...sections(described(explanation), 'explanation'),
    codes('Outcomes', 'Values of `explanation.outcome`.', 'outcome', OUTCOMES),
    ...sections(described(connections), 'connections'),
    codes('Phases', 'Values of `connections.connections[].phase`.', 'phase', OPEN_PHASES),
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
      ['field', 'type', 'unit', 'present', 'description'],
      fields.map(([name, field]) => [
        `\`${name}\``,
        typeOf(field),
        field.unit ?? '',
        required.has(name) ? 'always' : 'if it applies',
        field.description ?? '',
      ]),
    ),
    ...fields.flatMap(([name, field]) => sections(field, `${own}.${name}`)),
  ];
};

const typeOf = ({ type, items, values: known, longest, minimum, maximum }: Described): string => {
  if (known !== undefined && known.length <= 5) return known.map((one) => `\`${one}\``).join(', ');
  switch (type) {
    case 'array':
      return items?.properties === undefined ? 'list' : 'list of objects';
    case 'string':
      return known === undefined ? `string, up to ${longest} characters` : 'code, see below';
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

/** zod bounds every integer by what a double holds exactly, which is noise on the page. */
const range = (least: number | undefined, most: number | undefined): string => {
  if (least === undefined) return '';
  return most === undefined || most === Number.MAX_SAFE_INTEGER
    ? `, at least ${least}`
    : `, ${least} to ${most}`;
};

const codes = (
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
      Object.entries(meanings).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
  ].join('\n\n');
