import { markdownTable } from './markdown-table.ts';
import { PRESETS } from './presets.ts';
import { API_VERSION, KIND } from './resource-type.ts';
import { STATEMENTS } from './rules/all.ts';
import { SPEC_SCHEMA, STATUS_SCHEMA } from './schemas.ts';
import type { Structural } from './structural.ts';

/** The reference page in Markdown: a table per object, the rules with their messages, the profiles. */
export const reference = (): string =>
  `${[
    `# ${KIND} reference`,
    `\`apiVersion: ${API_VERSION}\`, \`kind: ${KIND}\`, short name \`l4b\`. Durations are written as \`500ms\`, \`5s\` or \`1h30m\`, CPU and memory as Kubernetes quantities (\`500m\`, \`4Gi\`). An omitted field takes its default.`,
    ...objectSections(SPEC_SCHEMA, 'spec'),
    profiles(),
    rules(),
    ...objectSections(STATUS_SCHEMA, 'status'),
  ].join('\n\n')}\n`;

const objectSections = (schema: Structural, path: string): string[] => {
  const entry = schema.items ?? schema;
  const own = schema.items === undefined ? path : `${path}[]`;
  if (entry.properties === undefined) return [];
  const required = new Set(entry.required);
  const rows = Object.entries(entry.properties).map(([name, part]) => [
    `\`${name}\``,
    typeOf(part),
    defaultOf(part, required.has(name)),
    part.description ?? '',
  ]);
  return [
    `## ${own}`,
    ...(schema.description === undefined ? [] : [schema.description]),
    markdownTable(['field', 'type', 'default', 'description'], rows),
    ...Object.entries(entry.properties).flatMap(([name, part]) => objectSections(part, `${own}.${name}`)),
  ];
};

const typeOf = (schema: Structural): string => {
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items !== undefined) {
    const count = range(schema.minItems ?? 0, schema.maxItems);
    return schema.items.properties
      ? `list of ${count} objects`
      : `list of ${count} entries: ${typeOf(schema.items)}`;
  }
  if (schema.additionalProperties !== undefined)
    return mapOf(schema.additionalProperties, schema.maxProperties);
  if (schema.type === 'integer') return `integer, ${range(schema.minimum, schema.maximum)}`;
  if (schema.type === 'boolean') return 'boolean';
  return schema.type === 'object' ? 'object' : `string, up to ${schema.maxLength} characters`;
};

const mapOf = (value: Structural, most: number | undefined): string => {
  if (value['x-kubernetes-int-or-string']) return `map of integers, up to ${most} entries`;
  return value.type === 'integer'
    ? `map of integers, ${range(value.minimum, value.maximum)}, up to ${most} entries`
    : `map of strings, up to ${most} entries`;
};

const range = (least: number | undefined, most: number | undefined): string =>
  most === undefined ? `at least ${least ?? 0}` : `${least ?? 0} to ${most}`;

const defaultOf = ({ default: value }: Structural, isRequired: boolean): string => {
  if (isRequired) return '**required**';
  // The defaults of an object are those of its fields, which are in its own table.
  if (value === undefined || JSON.stringify(value) === '{}') return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
};

const profiles = (): string => {
  const names = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
  const row = (what: string, of: (preset: (typeof PRESETS)['Tuned']) => string) => [
    what,
    ...names.map((name) => of(PRESETS[name])),
  ];
  const sysctls = [...new Set(names.flatMap((name) => PRESETS[name].sysctls.map((sysctl) => sysctl.name)))];
  return [
    '## Profiles',
    'What `spec.tuning.profile` sets. Values set in the resource take precedence.',
    markdownTable(
      ['', ...names.map((name) => `\`${name}\``)],
      [
        row('CPU request, limit', ({ requests, limits }) => `${requests.cpu}, ${limits.cpu}`),
        row('memory request, limit', ({ requests, limits }) => `${requests.memory}, ${limits.memory}`),
        row('logLevel', ({ logLevel }) => logLevel),
        row('fileDescriptors', ({ fileDescriptors }) => String(fileDescriptors ?? 'the hard limit')),
        row('capabilities', ({ capabilities }) => capabilities.join(', ') || 'none'),
        ...sysctls.map((name) =>
          row(name, (preset) => preset.sysctls.find((sysctl) => sysctl.name === name)?.value ?? ''),
        ),
      ],
    ),
  ].join('\n\n');
};

const rules = (): string =>
  [
    '## Rules',
    'Checked by the API server when the resource is applied, and by `--check` for a file.',
    markdownTable(
      ['field', 'rule', 'message'],
      STATEMENTS.map(({ id, scope, fieldPath = '', message }) => [
        `\`${`${scope}${fieldPath}`.replace(/^[.]/, '')}\``,
        id,
        message,
      ]),
    ),
  ].join('\n\n');
